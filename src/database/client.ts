import type { TLSSocket } from 'node:tls';
import pg from 'pg';
import { readVerifiedConnection } from './connection-url.js';

/**
 * The connection settings of `connectionString`, for the pool and for single clients alike, which have to
 * be `VerifyingClient`s. Reads the files that it names, once: a new certificate authority takes a restart.
 */
export function clientConfig(connectionString: string): pg.ClientConfig {
  return readVerifiedConnection(connectionString) ?? { connectionString };
}

/**
 * A connection that is given up, before a password is sent, when it was to be verified and was not:
 * looked at is what came out of the handshake, not what was asked for, since `NODE_TLS_REJECT_UNAUTHORIZED`
 * and the like change the one without the other.
 */
export class VerifyingClient extends pg.Client {
  constructor(config: pg.ClientConfig) {
    super(config);
    if (config.ssl === undefined) return;
    this.connection.once('sslconnect', () => {
      const stream = this.connection.stream as TLSSocket;
      stream.once('secureConnect', () => {
        if (!stream.authorized) stream.destroy(new UnverifiedServer(stream.authorizationError));
      });
    });
  }
}

/** The other end of a connection is not who it was to be. */
export class UnverifiedServer extends Error {
  readonly code = 'ERR_TLS_UNVERIFIED_SERVER';

  constructor(reason: unknown) {
    super(`The certificate of the database server was not verified: ${String(reason)}`);
    this.name = 'UnverifiedServer';
  }
}
