import ipaddr from 'ipaddr.js';
import { AppError } from '../errors.js';
import { parseUrl } from '../parse-url.js';

/** Which addresses a URL may lead to. */
export interface UrlPolicy {
  /**
   * Also admits private, shared (100.64.0.0/10), unique local and loopback addresses, for trusted
   * networks. Link-local, multicast, unspecified and reserved ones stay refused. Default: false.
   */
  readonly allowPrivate?: boolean;
}

/** Characters of a URL as it was given, and of its normal form: the width of `jobs.input_url`. */
const MAX_URL_LENGTH = 2048;
/** RFC 1035, 2.3.4, without the trailing dot. */
const MAX_HOST_LENGTH = 253;
const MAX_LABEL_LENGTH = 63;

const PRIVATE_RANGES: ReadonlySet<string> = new Set(['private', 'carrierGradeNat', 'uniqueLocal', 'loopback']);
/** RFC 4291, 2.4: all that IANA has assigned as global unicast. Beyond it lies e.g. the deprecated `::127.0.0.1`. */
const GLOBAL_UNICAST = ipaddr.IPv6.parseCIDR('2000::/3');
/** RFC 6052: how a host in an IPv6-only network sees every IPv4 address. */
const NAT64 = ipaddr.IPv6.parseCIDR('64:ff9b::/96');
/** RFC 4291, 2.5.5.1, deprecated; ipaddr.js would take `::1.2.3.4` for the mapped address. */
const IPV4_COMPATIBLE = /^[0:]*:\d+(?:\.\d+){3}$/;
/** What clouds serve their machines' secrets on, other than by link-local addresses: AWS, Alibaba, Azure. */
const METADATA_SERVICES: ReadonlySet<string> = new Set(['fd00:ec2::254', '100.100.100.200', '168.63.129.16']);

/**
 * The URL in `text`, in its normal form (`href` is what is to be stored and fetched). Host names are
 * not resolved, so a name that leads to a refused address passes here and is refused by `download`.
 *
 * @throws AppError E101: no valid URL of http or https without credentials, or too long;
 *   E104: `localhost` or an address, in any spelling, that the policy refuses.
 */
export function checkUrl(text: string, policy: UrlPolicy = {}): URL {
  if (text.length > MAX_URL_LENGTH) throw tooLong();
  const url = parseUrl(text);
  if (!url) throw new AppError('E101', 'The URL is not valid.');
  if (url.href.length > MAX_URL_LENGTH) throw tooLong();
  checkTarget(url, 'The URL', policy);
  return url;
}

/**
 * Where a redirect from `from` leads.
 *
 * @param location the header; relative references are resolved against `from`.
 * @throws AppError as `checkUrl` does, and E104 when it leads from https to http.
 */
export function checkRedirect(from: URL, location: string, policy: UrlPolicy = {}): URL {
  const url = parseUrl(location, from);
  if (!url) throw new AppError('E101', 'The URL redirects to something that is not a valid URL.');
  checkTarget(url, 'A redirect of the URL', policy);
  if (from.protocol === 'https:' && url.protocol === 'http:') {
    throw new AppError('E104', 'A redirect of the URL leads from https to http.');
  }
  return url;
}

/** Whether the policy lets a connection go to an IP address. What is no address is refused. */
export function isAllowedAddress(address: string, { allowPrivate = false }: UrlPolicy = {}): boolean {
  if (!ipaddr.isValid(address) || IPV4_COMPATIBLE.test(address)) return false;
  const target = reachedAddress(ipaddr.parse(address));
  if (METADATA_SERVICES.has(target.toString())) return false;
  const range = target.range();
  if (allowPrivate && PRIVATE_RANGES.has(range)) return true;
  return range === 'unicast' && (target.kind() === 'ipv4' || target.match(GLOBAL_UNICAST));
}

function checkTarget(url: URL, subject: string, policy: UrlPolicy): void {
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw new AppError('E101', `${subject} does not use http or https.`);
  }
  if (url.username !== '' || url.password !== '') {
    throw new AppError('E101', `${subject} carries a user name or a password.`);
  }
  if (url.port === '0') throw new AppError('E101', `${subject} uses port 0.`);
  if (!isAllowedHost(url.hostname, subject, policy)) {
    throw new AppError('E104', `${subject} leads to an address that is not allowed.`);
  }
}

/** The WHATWG parser has already turned every spelling of an IPv4 address into four decimal numbers. */
function isAllowedHost(hostname: string, subject: string, policy: UrlPolicy): boolean {
  const literal = hostname.startsWith('[') ? hostname.slice(1, -1) : hostname;
  if (ipaddr.isValid(literal)) return isAllowedAddress(literal, policy);
  const name = hostname.replace(/\.$/, '');
  const labels = name.split('.');
  if (name.length > MAX_HOST_LENGTH || labels.some(({ length }) => length === 0 || length > MAX_LABEL_LENGTH)) {
    throw new AppError('E101', `${subject} does not name a valid host.`);
  }
  // RFC 6761, 6.3: loopback, whatever the resolver says.
  return labels.at(-1) !== 'localhost' || policy.allowPrivate === true;
}

/** The IPv4 address that an IPv4-mapped or NAT64 address stands for, or the address itself. */
function reachedAddress(address: ipaddr.IPv4 | ipaddr.IPv6): ipaddr.IPv4 | ipaddr.IPv6 {
  const carriesIpv4 = address instanceof ipaddr.IPv6 && (address.isIPv4MappedAddress() || address.match(NAT64));
  return carriesIpv4 ? new ipaddr.IPv4(address.toByteArray().slice(12)) : address;
}

function tooLong(): AppError {
  return new AppError('E101', `The URL is longer than ${MAX_URL_LENGTH} characters.`);
}
