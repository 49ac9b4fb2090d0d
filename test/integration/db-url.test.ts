/** @needs psql */
import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { toolPath } from '../../scripts/bootstrap/tools.mjs';
import { ensureEmbeddedPostgres, type EmbeddedPostgres } from '../../src/database/embedded/index.js';
import { provisionDatabase } from '../../src/database/provision.js';
import { ROOT } from '../support/generated.js';

/** The compiled command that `npm run -s db:url` runs. */
describe('the connection string of the embedded PostgreSQL', () => {
  let folder: string;
  let dataDir: string;
  let server: EmbeddedPostgres;

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'docling-jobs-db-url-'));
    await chmod(folder, 0o711); // the server runs as another user than root
    dataDir = path.join(folder, 'my data & ümlaut?=1');
    await mkdir(dataDir, { mode: 0o711 });
    server = await ensureEmbeddedPostgres({ dataDir });
    await provisionDatabase({ superuserUrl: server.superuserUrl, passwords: server.passwords });
  }, 120_000);
  afterAll(async () => {
    await server.release();
    await rm(folder, { recursive: true, force: true });
  });

  const password = () => new URL(server.superuserUrl('postgres')).password;
  const passwordFile = () => path.join(dataDir, 'postgres/pgpass');
  const run = async (command: string, ...args: string[]) =>
    promisify(execFile)(command, args, { env: { PATH: toolPath(), DATA_DIR: dataDir }, timeout: 20_000 });
  const dbUrl = async (...args: string[]) => {
    const { stdout } = await run(process.execPath, path.join(ROOT, 'dist/db-url.js'), ...args);
    return stdout.replace(/\n$/, '');
  };

  test('when psql is given it, then it is the superuser of the database, and no list of processes shows the password', async () => {
    const url = await dbUrl();

    const { stdout } = await run(
      'psql',
      url,
      '-XAt',
      '-c',
      'SELECT current_user, current_database()',
      '-c',
      '\\! ps -eww -o args=',
    );

    expect(stdout).toMatch(/^postgres\|docling_db\n/);
    expect(stdout).toContain(`psql ${url} -XAt`);
    expect(stdout).not.toContain(password());
    expect(url).not.toContain(password());
  });

  test('when the password is in a file, then only its owner may read it, and a damaged one is made new', async () => {
    await dbUrl();
    expect((await stat(passwordFile())).mode & 0o777).toBe(0o600);
    await writeFile(passwordFile(), 'nonsense');
    await chmod(passwordFile(), 0o644);

    await run('psql', await dbUrl(), '-Xc', 'SELECT');

    expect((await stat(passwordFile())).mode & 0o777).toBe(0o600);
  });

  test('when a program knows no passfile, then --password puts it into the string', async () => {
    const client = new pg.Client({ connectionString: await dbUrl('--password') });

    await client.connect();

    await client.end();
    expect(await dbUrl('--password')).toBe(server.superuserUrl('docling_db'));
  });

  test.each([['--pasword'], ['--password', 'x'], ['x']])(
    'when it is given %s %s, then it says how it is used',
    async (...args) => {
      await expect(dbUrl(...(args as string[]))).rejects.toMatchObject({
        code: 1,
        stdout: '',
        stderr: expect.stringContaining('Usage:'),
      });
    },
  );
});
