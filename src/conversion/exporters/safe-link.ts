const ALLOWED_PROTOCOLS = new Set(['http:', 'https:', 'mailto:']);

/**
 * `href` when following it is harmless: `http`, `https`, `mailto`, or relative to the page. Read by
 * the URL parser of browsers, which sees through tabs, control characters and upper case.
 */
export function safeLink(href: string | undefined): string | undefined {
  const trimmed = href?.trim();
  if (!trimmed || !URL.canParse(trimmed, 'https://relative.invalid/')) return undefined;
  const { protocol } = new URL(trimmed, 'https://relative.invalid/');
  return ALLOWED_PROTOCOLS.has(protocol) ? trimmed : undefined;
}
