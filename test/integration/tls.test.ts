/** @needs openssl, pgbouncer */
import { execFile } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { chmod, copyFile, mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import request from 'supertest';
import { makeApiKey } from '../../src/clients/api-key.js';
import { readCertificateExpiry } from '../../src/database/certificate.js';
import { ensureEmbeddedPostgres, type EmbeddedPostgres } from '../../src/database/embedded/index.js';
import { migrateUp, migrationStatus } from '../../src/database/migrator.js';
import { NotificationListener } from '../../src/database/notifications.js';
import { DATABASE_NAME, provisionDatabase } from '../../src/database/provision.js';
import { CertificateFolder, type Certificate } from '../support/certificates.js';
import { ROOT } from '../support/generated.js';
import { startPgBouncer, type PgBouncer, type PgBouncerSettings } from '../support/pgbouncer.js';
import { ServiceProcess } from '../support/service-process.js';
import { openTestPool } from '../support/test-database.js';
import { until } from '../support/until.js';

const HERE = 'DNS:localhost,IP:127.0.0.1';
const OLD_TLS = { protocol: 'TLSv1.1', ciphers: 'ALL:@SECLEVEL=0' };

/** What a server offers: its certificate, none for plain text only, and how old its TLS is. */
interface Offer {
  readonly certificate: Certificate | undefined;
  readonly old?: boolean;
}

/** A server of this suite's own and a pooler in front of it, with certificates of a private authority. */
describe('a database with sslmode=verify-full', () => {
  let certificates: CertificateFolder;
  let authority: Certificate;
  let offers: Record<'right' | 'untrusted' | 'misnamed' | 'expired' | 'plain' | 'old', Offer>;
  let dataDir: string;
  let server: EmbeddedPostgres;
  const closing: (() => Promise<void>)[] = [];

  beforeAll(async () => {
    certificates = await CertificateFolder.create();
    authority = await certificates.authority('authority');
    const right = await certificates.server('right', authority, HERE);
    const stranger = await certificates.authority('stranger');
    offers = {
      right: { certificate: right },
      untrusted: { certificate: await certificates.server('untrusted', stranger, HERE) },
      misnamed: { certificate: await certificates.server('misnamed', authority, 'DNS:db.example.org') },
      expired: { certificate: await certificates.server('expired', authority, HERE, -1) },
      plain: { certificate: undefined },
      old: { certificate: right, old: true },
    };
    dataDir = await mkdtemp(path.join(tmpdir(), 'docling-jobs-tls-'));
    await chmod(dataDir, 0o711); // the server runs as another user than root
    server = await ensureEmbeddedPostgres({ dataDir });
    await provisionDatabase({ superuserUrl: server.superuserUrl, passwords: server.passwords });
    await migrateUp({ directUrl: server.roleUrl('docling_migration', DATABASE_NAME) });
  }, 120_000);
  afterEach(async () => {
    for (const close of closing.splice(0).reverse()) await close();
  });
  afterAll(async () => {
    await server.release();
    await rm(dataDir, { recursive: true, force: true });
    await certificates.remove();
  });

  const roleUrl = (role: 'docling_app' | 'docling_migration') => server.roleUrl(role, DATABASE_NAME);

  /** The connection string as an operator writes it, by name and with the authority's certificate. */
  function verified(url: string, query = `sslmode=verify-full&sslrootcert=${authority.cert}`): string {
    const { port, username, password, pathname } = new URL(url);
    return `postgresql://${username}:${password}@localhost:${port}${pathname}?${query}`;
  }

  /** Has PostgreSQL offer this to every connection from now on. */
  async function offer({ certificate, old }: Offer): Promise<void> {
    const settings = {
      ssl: certificate ? 'on' : 'off',
      ssl_cert_file: certificate?.cert ?? '',
      ssl_key_file: certificate?.key ?? '',
      ssl_min_protocol_version: old ? OLD_TLS.protocol : 'TLSv1.2',
      ssl_max_protocol_version: old ? OLD_TLS.protocol : '',
      ssl_ciphers: old ? OLD_TLS.ciphers : 'HIGH:MEDIUM:+3DES:!aNULL',
    };
    await asSuperuser(async (client) => {
      for (const [name, value] of Object.entries(settings)) await client.query(`ALTER SYSTEM SET ${name} = '${value}'`);
      await client.query('SELECT pg_reload_conf()');
    });
    const taken = () =>
      asSuperuser(async (client) => {
        const { rows } = await client.query<{ name: string; setting: string }>(
          'SELECT name, setting FROM pg_settings WHERE name = ANY ($1)',
          [Object.keys(settings)],
        );
        return rows.every(({ name, setting }) => setting === settings[name as keyof typeof settings]);
      });
    await until(taken);
  }

  async function asSuperuser<T>(work: (client: pg.Client) => Promise<T>): Promise<T> {
    const client = new pg.Client({ connectionString: server.superuserUrl('postgres') });
    await client.connect();
    try {
      return await work(client);
    } finally {
      await client.end();
    }
  }

  /** A pooler that offers this, and itself verifies PostgreSQL. */
  async function startPooler(url: string, { certificate, old }: Offer): Promise<PgBouncer> {
    const settings: PgBouncerSettings = {
      server_tls_sslmode: 'verify-full',
      server_tls_ca_file: authority.cert,
      ...(certificate && {
        client_tls_sslmode: 'require',
        client_tls_cert_file: certificate.cert,
        client_tls_key_file: certificate.key,
      }),
      ...(old && { client_tls_protocols: 'tlsv1.1', client_tls_ciphers: OLD_TLS.ciphers }),
    };
    const pooler = await startPgBouncer(url, settings);
    closing.push(() => pooler.stop());
    return pooler;
  }

  /** The three ways in which the service reaches its database; each resolves with what it gets to hear. */
  const clients = {
    pool: async (url: string) => {
      const pool = openTestPool(url, { preparedStatements: false, direct: false });
      closing.push(() => pool.close());
      return pool.query('server/ping', []);
    },
    migrator: (url: string) => migrationStatus({ directUrl: url }),
    listener: async (url: string) => {
      const heard = new Promise((resolve, reject) => {
        const listener = new NotificationListener({
          url,
          applicationName: 'docling-jobs-test',
          onNotification: () => resolve('listening'),
          onLost: reject,
        });
        closing.push(() => listener.close());
        listener.start();
      });
      return heard;
    },
  };

  const fronts = {
    PostgreSQL: async (role: 'docling_app' | 'docling_migration', what: Offer) => {
      await offer(what);
      return roleUrl(role);
    },
    PgBouncer: async (role: 'docling_app' | 'docling_migration', what: Offer) => {
      await offer(offers.right);
      return (await startPooler(roleUrl(role), what)).url;
    },
  };

  describe.each(['PostgreSQL', 'PgBouncer'] as const)('of %s', (front) => {
    test('when chain and name are right, then all three connect, by TLS', async () => {
      const app = verified(await fronts[front]('docling_app', offers.right));
      const owner = verified(await fronts[front]('docling_migration', offers.right));

      expect(await clients.pool(app)).toEqual([{ inRecovery: false }]);
      expect((await clients.migrator(owner)).every(({ appliedAt }) => appliedAt)).toBe(true);
      expect(await clients.listener(app)).toBe('listening');
      const encrypted = await asSuperuser(async (client) => {
        const { rows } = await client.query<{ ssl: boolean }>(
          `SELECT ssl FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE usename = 'docling_app'`,
        );
        return rows.map(({ ssl }) => ssl);
      });
      expect(new Set(encrypted)).toEqual(new Set([true]));
    });

    test.each([
      ['untrusted', 'is of an authority that is not trusted', /unable to verify the first certificate/],
      ['misnamed', 'is that of another host', /Host: localhost. is not in the cert's altnames/],
      ['expired', 'has expired', /certificate has expired/],
      ['plain', 'is missing, and only plain text offered', /does not support SSL/],
      ['old', 'comes with TLS 1.1 only', /protocol version/],
    ] as const)('when the certificate is %s: it %s, then none of the three connects', async (kind, _, reason) => {
      const url = verified(await fronts[front]('docling_app', offers[kind]));

      const refused = {
        code: 'E401',
        message: 'The connection to the database could not be secured.',
        retryAfterSeconds: expect.any(Number),
      };
      for (const connect of [clients.pool, clients.migrator]) {
        const error = await connect(url).then(
          () => undefined,
          (thrown: unknown) => thrown,
        );
        expect(error).toMatchObject(refused);
        expect(String((error as Error).cause)).toMatch(reason);
      }
      const lost = await clients.listener(url).catch(String);
      expect(lost).toMatch(reason);
    });
  });

  test('when the file of the authority vanishes later, then connections go on being made and verified', async () => {
    await offer(offers.right);
    const file = path.join(certificates.folder, 'vanishing.pem');
    await copyFile(authority.cert, file);
    const url = verified(roleUrl('docling_app'), `sslmode=verify-full&sslrootcert=${file}`);
    const pool = openTestPool(url);
    closing.push(() => pool.close());

    await rm(file);

    await expect(pool.query('server/ping', [])).resolves.toHaveLength(1);
    await offer(offers.untrusted);
    const many = Array.from({ length: 5 }, () => pool.query('server/ping', []));
    const codes = (await Promise.allSettled(many)).map((outcome) => (outcome as PromiseRejectedResult).reason?.code);
    expect(new Set(codes)).toEqual(new Set([undefined, 'E401'])); // the one that was open, and those that are new
  });

  describe('and its certificate', () => {
    const LIMIT_MS = 5_000;
    const expiryIn = async (certificate: Certificate) =>
      new Date(new X509Certificate(await readFile(certificate.cert)).validTo);

    test.each(['PostgreSQL', 'PgBouncer'] as const)(
      'when %s presents one, then its end is read, good or bad',
      async (front) => {
        for (const kind of ['right', 'expired', 'untrusted'] as const) {
          const { certificate } = offers[kind];
          const url = verified(await fronts[front]('docling_app', offers[kind]));

          expect(await readCertificateExpiry(url, LIMIT_MS)).toEqual(await expiryIn(certificate!));
        }
      },
    );

    test('when TLS is asked for and not verified, then its end is read as well', async () => {
      await offer(offers.right);
      const url = verified(roleUrl('docling_app'), 'sslmode=no-verify');

      expect(await readCertificateExpiry(url, LIMIT_MS)).toEqual(await expiryIn(offers.right.certificate!));
    });

    test('when no TLS is asked for, then there is none; when none is offered, then that is an error', async () => {
      await offer(offers.plain);

      expect(await readCertificateExpiry(roleUrl('docling_app'), LIMIT_MS)).toBeUndefined();
      await expect(readCertificateExpiry(verified(roleUrl('docling_app')), LIMIT_MS)).rejects.toThrow('offers no TLS');
    });

    test.each([
      ['says nothing', () => undefined, /within 300 ms/],
      ['grants TLS and says nothing more', (socket: Socket) => socket.write('S'), /within 300 ms/],
      ['grants TLS and speaks on in plain text', (socket: Socket) => socket.write('Swelcome'), /offers no TLS/],
      ['hangs up', (socket: Socket) => socket.destroy(), /./],
      ['grants TLS and hangs up', (socket: Socket) => socket.end('S'), /./],
    ])('when a server takes the connection and %s, then it ends soon, with an error', async (_, react, message) => {
      const strange = createServer((socket) => {
        socket.on('error', () => undefined);
        socket.once('data', () => react(socket));
      }).listen(0, '127.0.0.1');
      await once(strange, 'listening');
      const { port } = strange.address() as AddressInfo;
      closing.push(async () => {
        strange.close();
        await once(strange, 'close');
      });

      await expect(readCertificateExpiry(`postgres://u@127.0.0.1:${port}/x?sslmode=require`, 300)).rejects.toThrow(
        message,
      );
    });
  });

  describe('and a process of the service', () => {
    const settings = (url: string, directUrl = url) => ({
      NODE_ENV: 'production',
      HOST: '127.0.0.1',
      DATA_DIR: dataDir,
      DATABASE_URL: url,
      DIRECT_DATABASE_URL: directUrl,
    });
    function startWeb(environment: NodeJS.ProcessEnv): ServiceProcess {
      const web = new ServiceProcess('web.js', environment);
      closing.push(() => web.destroy());
      return web;
    }
    const listening = async (web: ServiceProcess) => (await web.says(/"url":"(http:[^"]+)"/))[1]!;

    test('when it is production and all is right, then it is healthy, through the pooler and with a listener past it', async () => {
      await offer(offers.right);
      const pooler = await startPooler(roleUrl('docling_app'), offers.right);
      const web = startWeb(settings(verified(pooler.url), verified(roleUrl('docling_app'))));

      const { body } = await request(await listening(web))
        .get('/api/v1/health')
        .expect(200);

      expect(body).toMatchObject({ status: 'ok' });
      const { text } = await request(await listening(web)).get('/metrics');
      const expiry = Date.parse(new X509Certificate(await readFile(offers.right.certificate!.cert)).validTo) / 1_000;
      const name = 'docling_jobs_database_certificate_expiry_timestamp_seconds';
      expect(text).toContain(`${name}{connection="pool"} ${expiry}\n`);
      expect(text).toContain(`${name}{connection="direct"} ${expiry}\n`);
      await until(() =>
        asSuperuser(async (client) => {
          const { rows } = await client.query(
            `SELECT FROM pg_stat_activity JOIN pg_stat_ssl USING (pid)
             WHERE application_name = 'docling-jobs-listen' AND ssl`,
          );
          return rows.length === 1;
        }),
      );
      web.signal('SIGTERM');
      expect(await web.ended()).toBe(0);
    });

    test('when it is production with sslmode=require, then it does not start and says what to do', async () => {
      const web = startWeb(settings(verified(roleUrl('docling_app'), 'sslmode=require')));

      await web.says(
        /DATABASE_URL has to say sslmode=verify-full[^]*DIRECT_DATABASE_URL has to say sslmode=verify-full/,
      );
      expect(await web.ended()).toBe(1);
    });

    test('when the certificate is of a stranger, then it serves nothing, and does not hide why from its log', async () => {
      await offer(offers.untrusted);
      const web = startWeb(settings(verified(roleUrl('docling_app'))));

      const { body } = await request(await listening(web))
        .get('/api/v1/history?sessionId=s')
        .set('X-API-Key', makeApiKey().secret)
        .expect(503);
      await request(await listening(web))
        .get('/api/v1/health')
        .expect(503);

      expect(body).toMatchObject({ code: 'E401', detail: 'The connection to the database could not be secured.' });
      await web.says(/UNABLE_TO_VERIFY_LEAF_SIGNATURE/);
    });

    test('when Node is told to verify nothing, then the handshake is looked at all the same', async () => {
      await offer(offers.untrusted);
      const environment = {
        PATH: process.env['PATH'],
        DATA_DIR: dataDir,
        DATABASE_URL: verified(roleUrl('docling_migration')),
        NODE_TLS_REJECT_UNAUTHORIZED: '0',
      };

      const migration = promisify(execFile)(process.execPath, [path.join(ROOT, 'dist/migrate.js'), 'status'], {
        env: environment,
      });

      await expect(migration).rejects.toMatchObject({
        code: 1,
        stdout: '',
        stderr: expect.stringContaining(
          'The connection to the database could not be secured.\n' +
            '  The certificate of the database server was not verified: UNABLE_TO_VERIFY_LEAF_SIGNATURE\n',
        ),
      });
    });
  });
});
