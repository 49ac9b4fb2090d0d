import { parseUrl } from '../../parse-url.js';

const ALLOWED_PROTOCOLS = new Set(['http:', 'https:', 'mailto:']);

/**
 * `href` when following it is harmless: `http`, `https`, `mailto`, or relative to the page. Read by
 * the URL parser of browsers, which sees through tabs, control characters and upper case.
 */
export function safeLink(href: string | undefined): string | undefined {
  const trimmed = href?.trim();
  const url = trimmed ? parseUrl(trimmed, 'https://relative.invalid/') : undefined;
  return url && ALLOWED_PROTOCOLS.has(url.protocol) ? trimmed : undefined;
}
