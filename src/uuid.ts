/** Any UUID in its usual form, of whatever version: imported jobs bring their own. */
export const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
