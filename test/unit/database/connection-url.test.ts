import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { rootCertificates } from 'node:tls';
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { ConfigError, loadConfig } from '../../../src/config.js';
import { clientConfig, VerifyingClient } from '../../../src/database/client.js';
import { readVerifiedConnection } from '../../../src/database/connection-url.js';

describe('a connection string', () => {
  const saved = { ...process.env };
  let folder: string;
  let certificate: string;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'docling-jobs-connection-url-'));
    certificate = path.join(folder, 'a & b.pem');
    await writeFile(certificate, rootCertificates[0]!);
    // What libpq and `pg` would go by where the string is silent.
    Object.assign(process.env, { PGSSLMODE: 'no-verify', PGHOST: 'db.example.net', PGSSLNEGOTIATION: 'postgres' });
  });
  afterAll(async () => {
    process.env = saved;
    await rm(folder, { recursive: true });
  });

  const isTaken = (url: string) => {
    try {
      loadConfig({ NODE_ENV: 'production', DATABASE_URL: url });
      return true;
    } catch (error) {
      if (error instanceof ConfigError) return false;
      throw error;
    }
  };
  /** What `pg` makes of it; undefined when it refuses. */
  const seenByPg = (url: string) => {
    try {
      return new VerifyingClient(clientConfig(url)) as unknown as { host: string; ssl: unknown };
    } catch {
      return undefined;
    }
  };

  test('when it names files and how to begin, then their content and that are handed on, and the string is without', () => {
    const file = encodeURIComponent(certificate);
    const url = `postgres://u:p%40@db.example.org/db?sslmode=verify-full&sslrootcert=${file}&sslcert=${file}&sslkey=${file}&sslnegotiation=direct&application_name=x`;

    const pem = rootCertificates[0];
    expect(readVerifiedConnection(url)).toEqual({
      connectionString: 'postgres://u:p%40@db.example.org/db?application_name=x',
      ssl: { ca: pem, cert: pem, key: pem },
      sslnegotiation: 'direct',
    });
    expect(readVerifiedConnection('postgres://u@h/db?sslmode=verify-full')).toEqual({
      connectionString: 'postgres://u@h/db',
      ssl: {},
      sslnegotiation: 'postgres',
    });
  });

  test('when production takes it, whatever it holds, then pg goes to a socket or verifies', () => {
    const names = fc.constantFrom(
      ...[
        'sslmode',
        'sslmode',
        'sslmode',
        'SSLMODE',
        '%73slmode',
        'ssl',
        'uselibpqcompat',
        'sslrootcert',
        'host',
        'host',
      ],
      ...['hostaddr', 'port', 'sslnegotiation', 'options', 'rejectUnauthorized', 'checkServerIdentity', 'servername'],
      ...['connectionString', 'stream', 'requiressl', 'gssencmode', '__proto__', 'ssl.rejectUnauthorized'],
    );
    const values = fc.constantFrom(
      ...[
        'verify-full',
        'verify-full',
        'verify-full',
        'verify-ca',
        'require',
        'prefer',
        'disable',
        'no-verify',
        'VERIFY-FULL',
      ],
      ...[
        '',
        '0',
        '1',
        'true',
        'false',
        'direct',
        'postgres',
        '/run/postgresql',
        '%2Frun',
        '//run',
        '%252Frun',
        '@run',
      ],
      ...['db.example.org', 'db.example.org/run', 'postgres://u@evil.example/db?sslmode=disable'],
    );
    const pair = fc.tuple(names, values).map((parts) => parts.join('='));
    const query = fc.array(fc.oneof(fc.constant('sslmode=verify-full'), pair), { maxLength: 4 });
    const host = fc.constantFrom(
      ...[
        'db.example.org',
        '%2Frun%2Fpostgresql',
        '%2frun',
        'x%2Frun',
        '%252Frun',
        '',
        '127.0.0.1',
        '[::1]',
        'a,b',
        '%2Frun%20a',
        '%2Frun a',
      ],
    );
    const counts = { socket: 0, verified: 0, refused: 0 };
    const property = fc.property(
      host,
      fc.constantFrom('', 'u@', 'u:p@', 'u:p%zz@', 'u:%20@'),
      query,
      (name, login, pairs) => {
        const url = `postgres://${login}${name}/db?${pairs.join('&')}`;
        const client = isTaken(url) ? seenByPg(url) : undefined;
        if (client === undefined) {
          counts.refused += 1;
          return true;
        }
        const bySocket = client.host.startsWith('/');
        counts[bySocket ? 'socket' : 'verified'] += 1;
        return bySocket || isDeepStrictEqual(client.ssl, {});
      },
    );

    fc.assert(property, { numRuns: 5_000 });

    for (const count of Object.values(counts)) expect(count).toBeGreaterThan(100);
  });
});
