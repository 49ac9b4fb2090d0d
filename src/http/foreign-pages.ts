import { isIPv4, isIPv6 } from 'node:net';
import type { Request, RequestHandler } from 'express';
import { AppError } from '../errors.js';
import { parseUrl } from '../parse-url.js';

const SAFE_METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Refuses requests that call the service by a name of somebody else: a page whose name was made to lead here
 * (DNS rebinding) is of the same origin for its browser, which neither asks this service nor says so; but the
 * name it sends as `Host`. Addresses are always right, since nobody can make one lead elsewhere, and so is
 * `localhost` with all names below it (RFC 6761, 6.3), and no name, since browsers always send one.
 *
 * What a proxy says of the name (`X-Forwarded-Host`) does not count: such a page can say it too.
 *
 * @param hosts names in small letters; with a dot in front: and all names below it
 */
export function refuseForeignHosts(hosts: readonly string[]): RequestHandler {
  const right = [...hosts, '.localhost'];
  return (request, _response, next) => {
    const host = request.headers.host ?? '';
    if (host !== '' && !isAddress(host) && !right.some((name) => isCalled(host, name))) {
      throw new AppError(
        'E502',
        'The service is not called by this name. Call it by its address, or as localhost; ' +
          'whoever runs it can add names with ALLOWED_HOSTS.',
        { case: 'foreign' },
      );
    }
    next();
  };
}

/**
 * Refuses what a page of another origin would change: browsers send simple requests, such as forms with files,
 * without asking first. By `Sec-Fetch-Site`, or `Origin` where a browser sends only that; requests with neither
 * come from no page. For services that ask for no key: a page has none to send.
 *
 * @param origins pages of these may
 */
export function refuseForeignPages(origins: readonly string[]): RequestHandler {
  return (request, _response, next) => {
    if (!SAFE_METHODS.has(request.method) && isForeign(request) && !origins.includes(request.get('Origin') ?? '')) {
      throw new AppError(
        'E502',
        'Pages of other origins may not change anything here; whoever runs the service can allow them with CORS_ORIGINS.',
        { case: 'foreign' },
      );
    }
    next();
  };
}

/** As https://pkg.go.dev/net/http#CrossOriginProtection has it. */
function isForeign({ headers }: Request): boolean {
  const { origin, host = '', 'sec-fetch-site': site } = headers;
  if (site !== undefined) return site !== 'same-origin' && site !== 'none';
  // The scheme is left out: behind a proxy that ends TLS it is another.
  return origin !== undefined && parseUrl(origin)?.host !== host.toLowerCase();
}

/** `host` as in the header, with or without a port. */
function isAddress(host: string): boolean {
  const [, version6, version4 = ''] = /^(?:\[(.+)\]|([\d.]+))(?::\d*)?$/.exec(host) ?? [];
  return version6 === undefined ? isIPv4(version4) : isIPv6(version6);
}

function isCalled(host: string, name: string): boolean {
  const [, given = ''] = /^([\w.-]+?)\.?(?::\d*)?$/.exec(host.toLowerCase()) ?? [];
  return name.startsWith('.') ? given === name.slice(1) || given.endsWith(name) : given === name;
}
