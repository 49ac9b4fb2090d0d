import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { serverAccount } from '../../src/database/embedded/account.js';
import { EmbeddedPostgresError } from '../../src/database/embedded/index.js';

const getuid = process.getuid!.bind(process);
const asRoot = getuid() === 0 ? describe : describe.skip;

describe('the account that PostgreSQL runs as', () => {
  afterEach(() => {
    process.getuid = getuid;
  });

  test('when this process is not root, then it is its own', async () => {
    process.getuid = () => 1000;

    expect(await serverAccount(undefined)).toEqual({});
  });

  test('when the user is missing and cannot be made, then the error says what to do', async () => {
    process.getuid = () => 0;

    await expect(serverAccount(undefined, 'not:a:name')).rejects.toThrow(EmbeddedPostgresError);
    await expect(serverAccount(undefined, 'not:a:name')).rejects.toThrow('set DATABASE_URL');
  });

  asRoot('as root', () => {
    const user = `dj-test-${randomBytes(3).toString('hex')}`;
    afterAll(() => spawnSync('/usr/sbin/userdel', [user]));

    test('when the user is missing, then it is made once and found from then on', async () => {
      const made = await serverAccount(undefined, user);

      expect(made.uid).toBeGreaterThan(0);
      expect(await serverAccount(undefined, user)).toEqual(made);
    });
  });
});
