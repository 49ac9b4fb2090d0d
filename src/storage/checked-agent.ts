import { lookup, type LookupAddress } from 'node:dns';
import net from 'node:net';
import tls from 'node:tls';
import { promisify } from 'node:util';
import { Agent, type buildConnector } from 'undici';
import { AppError } from '../errors.js';
import { isAllowedAddress, type UrlPolicy } from './url-policy.js';

/** All addresses of a host name; an error with the code ENOTFOUND when there are none. */
export type Resolve = (hostname: string) => Promise<LookupAddress[]>;

export interface CheckedAgentOptions extends UrlPolicy {
  /** When it aborts, sockets that are still connecting are closed at once. */
  readonly signal: AbortSignal;
  /** The longest silence of a server, before its headers and within its body. */
  readonly idleMs: number;
  /** Default: the system's. */
  readonly resolve?: Resolve | undefined;
}

/** Name resolution, connection and TLS handshake together. */
const CONNECT_TIMEOUT_MS = 10_000;

const lookupAll = promisify(lookup);
const resolveBySystem: Resolve = (hostname) => lookupAll(hostname, { all: true });

/**
 * An agent that connects to a host name's addresses only after all of them have passed the policy,
 * and to exactly those: between the check and the connection no name is resolved again. Addresses
 * that stand in the URL itself are not its concern. The caller destroys it.
 */
export function checkedAgent({ signal, idleMs, resolve = resolveBySystem, ...policy }: CheckedAgentOptions): Agent {
  const lookup = checkedLookup(resolve, policy);
  const timeoutMs = Math.min(CONNECT_TIMEOUT_MS, idleMs);
  return new Agent({
    headersTimeout: idleMs,
    bodyTimeout: idleMs,
    connect: (target, callback) => establish(target, lookup, { signal, timeoutMs }, callback),
  });
}

/**
 * undici's own connector neither gives its socket away nor heeds a signal, so that a server which
 * never answers would hold `destroy` up; and Node 20 crashes on a `signal` given to `tls.connect`.
 */
function establish(
  { protocol, hostname, port }: buildConnector.Options,
  lookup: net.LookupFunction,
  { signal, timeoutMs }: { signal: AbortSignal; timeoutMs: number },
  callback: buildConnector.Callback,
): void {
  const secure = protocol === 'https:';
  const target = { host: hostname, port: Number(port || (secure ? 443 : 80)), lookup };
  const socket = secure ? tls.connect({ ...target, servername: serverName(hostname) }) : net.connect(target);
  const abort = () => socket.destroy(new Error('The download has ended.'));
  const timer = setTimeout(() => {
    socket.destroy(new AppError('E103', 'The server of the URL did not answer in time.'));
  }, timeoutMs);
  let settled = false;
  const settle = (report: () => void) => {
    clearTimeout(timer);
    signal.removeEventListener('abort', abort);
    if (!settled) report();
    settled = true;
  };
  signal.addEventListener('abort', abort, { once: true });
  socket.setNoDelay(true);
  socket.once(secure ? 'secureConnect' : 'connect', () => settle(() => callback(null, socket)));
  socket.on('error', (error) => settle(() => callback(error, null)));
}

/** RFC 6066, 3: no addresses, and no trailing dot. */
function serverName(hostname: string): string {
  return net.isIP(hostname) === 0 ? hostname.replace(/\.$/, '') : '';
}

function checkedLookup(resolve: Resolve, policy: UrlPolicy): net.LookupFunction {
  return (hostname, { all }, callback) => {
    const allowed = resolve(hostname).then((addresses) => checkAll(addresses, policy));
    allowed.then(
      (addresses) => (all ? callback(null, addresses) : callback(null, addresses[0].address, addresses[0].family)),
      (error: Error) => callback(error, ''),
    );
  };
}

/** One refused address refuses the name: a mixture is an attack, or about to become one. */
function checkAll(addresses: LookupAddress[], policy: UrlPolicy): [LookupAddress, ...LookupAddress[]] {
  const [first, ...others] = addresses;
  if (first === undefined) throw new AppError('E102', 'The host name of the URL cannot be resolved.');
  if (!addresses.every(({ address }) => isAllowedAddress(address, policy))) {
    throw new AppError('E104', 'The host name of the URL leads to an address that is not allowed.');
  }
  return [first, ...others];
}
