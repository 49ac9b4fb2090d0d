import { once } from 'node:events';
import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls, type PeerCertificate } from 'node:tls';
import { clientConfig, VerifyingClient } from './client.js';

/** The request to go on by TLS, and the answer that grants it: https://www.postgresql.org/docs/15/protocol-message-formats.html */
const SSL_REQUEST = Buffer.from([0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f]);
const GRANTED = 'S';

/**
 * When the certificate expires that the server behind a connection string presents, PostgreSQL or PgBouncer; undefined
 * when the string asks for no TLS. Looks at it without logging in and sends nothing beside, so it is not verified: one
 * that has expired, or is another's, is what has to be told of.
 *
 * @param limitMs milliseconds for all of it
 * @throws Error when the server cannot be reached, offers no TLS or takes too long
 */
export async function readCertificateExpiry(connectionString: string, limitMs: number): Promise<Date | undefined> {
  const config = clientConfig(connectionString);
  const { host, port, ssl } = new VerifyingClient(config);
  if (!ssl || host.startsWith('/')) return undefined;
  const socket = connectTcp({ host, port });
  const timer = setTimeout(() => socket.destroy(new Error(`No certificate within ${limitMs} ms.`)), limitMs);
  const ended = new Promise<never>((_, reject) => {
    // Whoever waits is told; later errors have nobody to tell.
    socket.on('error', ignore).once('close', () => {
      reject(socket.errored ?? new Error('The server ended the connection.'));
    });
  });
  const direct = 'sslnegotiation' in config && config.sslnegotiation === 'direct';
  try {
    return await Promise.race([readExpiry(socket, host, direct), ended]);
  } finally {
    ended.catch(ignore);
    clearTimeout(timer);
    socket.destroy();
  }
}

async function readExpiry(socket: Socket, host: string, direct: boolean): Promise<Date> {
  await once(socket, 'connect');
  if (!direct) await askForTls(socket);
  const secured = connectTls({
    socket,
    rejectUnauthorized: false,
    ALPNProtocols: ['postgresql'],
    ...(isIP(host) === 0 && { servername: host }),
  });
  secured.on('error', ignore);
  try {
    await once(secured, 'secureConnect');
    return expiryOf(secured.getPeerCertificate());
  } finally {
    secured.destroy();
  }
}

async function askForTls(socket: Socket): Promise<void> {
  socket.write(SSL_REQUEST);
  const [answer] = (await once(socket, 'data')) as [Buffer];
  // More than that would be what somebody slipped in before the encryption.
  if (answer.toString('latin1') !== GRANTED) throw new Error('The server offers no TLS.');
}

function ignore(): void {
  // nothing to add
}

function expiryOf({ valid_to: validTo }: PeerCertificate): Date {
  const expiry = new Date(validTo);
  if (Number.isNaN(expiry.getTime())) throw new Error('The certificate of the server says nothing of its end.');
  return expiry;
}
