/** Any UUID in its usual form, of whatever version: imported jobs bring their own. */
export const UUID = /^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$/;
