import { parseUrl } from '../../parse-url.js';

/**
 * `href` as docling-core keeps it: an absolute address as browsers write it (host in lower case, a
 * path of at least `/`), anything else as it is.
 */
export function canonicalLink(href: string): string {
  return (/^[a-z][a-z\d+.-]*:/i.test(href) && parseUrl(href)?.href) || href;
}
