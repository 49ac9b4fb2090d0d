/**
 * The URL that `text` is, on its own or relative to `base`; undefined when it is none.
 *
 * Not by `URL.canParse`: Node 20 (seen in 20.20.2) takes an address with letters such as ü for none, once the call has
 * been optimised, after some thousand times.
 */
export function parseUrl(text: string, base?: string | URL): URL | undefined {
  try {
    return new URL(text, base);
  } catch {
    return undefined;
  }
}
