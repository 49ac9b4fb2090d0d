import { tmpdir } from 'node:os';
import path from 'node:path';
import { ConfigError, describeSettings, loadConfig } from '../../src/config.js';

const problemsOf = (environment: NodeJS.ProcessEnv): readonly string[] => {
  try {
    loadConfig(environment);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
};

describe('the settings', () => {
  test('when nothing is set, then everything has its default and nothing can be changed', () => {
    const config = loadConfig({});

    expect(config).toMatchObject({
      environment: 'development',
      database: { url: undefined, directUrl: undefined, poolSize: 5, preparedStatements: 'auto' },
      http: { port: 3000, host: '127.0.0.1' },
      dataDir: path.resolve('.data'),
      inputDirs: [tmpdir()],
      maxFileBytes: 100 * 1024 * 1024,
      auth: 'none',
    });
    expect(Object.isFrozen(config) && Object.isFrozen(config.database)).toBe(true);
  });

  test('when several are wrong, then one error names them all', () => {
    const problems = problemsOf({
      PORT: 'http',
      DB_POOL_SIZE: '0',
      LEASE_MS: '5',
      DATABASE_URL: 'mysql://x',
      AUTH: 'maybe',
    });

    expect(problems).toHaveLength(5);
    for (const name of ['PORT', 'DB_POOL_SIZE', 'LEASE_MS', 'DATABASE_URL', 'AUTH']) {
      expect(problems.join('\n')).toContain(name);
    }
  });

  test('when a setting is empty, then it counts as unset', () => {
    expect(loadConfig({ PORT: '', DATABASE_URL: '' })).toMatchObject({
      http: { port: 3000 },
      database: { url: undefined },
    });
  });

  test('when an error names a setting, then it does not show a value that may be secret', () => {
    expect(problemsOf({ DATABASE_URL: 'mysql://user:hunter2@host/db' }).join()).not.toContain('hunter2');
  });

  test('when only the pooled URL is set, then migrations take it too', () => {
    const url = 'postgres://u:p@host:6432/db';

    expect(loadConfig({ DATABASE_URL: url }).database.directUrl).toBe(url);
    expect(problemsOf({ DIRECT_DATABASE_URL: url })).toHaveLength(1);
  });

  test('when it is production, then keys are asked for, the temporary folder is closed and all addresses are open', () => {
    expect(loadConfig({ NODE_ENV: 'production', INPUT_DIRS: '/srv/in:/srv/more' })).toMatchObject({
      inputDirs: ['/srv/in', '/srv/more'],
      http: { host: '0.0.0.0' },
      auth: 'api-key',
      rateLimit: { max: 1_200, windowMs: 60_000 },
    });
    expect(loadConfig({ NODE_ENV: 'production', AUTH: 'none' }).auth).toBe('none');
  });

  test.each([
    ['127.0.0.1', 'none'],
    ['::1', 'none'],
    ['localhost', 'none'],
    ['0.0.0.0', 'api-key'],
    ['192.0.2.1', 'api-key'],
    ['127.0.0.1.example.org', 'api-key'],
  ])('when it listens on %s outside production, then AUTH is %s unless it is said', (HOST, auth) => {
    expect(loadConfig({ HOST }).auth).toBe(auth);
    expect(loadConfig({ HOST, AUTH: 'none' }).auth).toBe('none');
    expect(loadConfig({ HOST, AUTH: 'api-key' }).auth).toBe('api-key');
  });

  test('when proxies are trusted, then by their number or by their networks, and nothing else', () => {
    expect(loadConfig({}).trustProxy).toBe(false);
    expect(loadConfig({ TRUST_PROXY: '2' }).trustProxy).toBe(2);
    expect(loadConfig({ TRUST_PROXY: 'loopback, 10.0.0.0/8,2001:db8::1' }).trustProxy).toEqual([
      'loopback',
      '10.0.0.0/8',
      '2001:db8::1',
    ]);
    for (const wrong of ['true', '10.0.0.0/99', 'proxy.example.org', '1,x']) {
      expect(problemsOf({ TRUST_PROXY: wrong })).toHaveLength(1);
    }
  });

  describe('how the database is reached', () => {
    const secure = 'postgres://u:hunter2@db.example.org/db?sslmode=verify-full';
    const inProduction = (DATABASE_URL: string, more: NodeJS.ProcessEnv = {}) =>
      problemsOf({ NODE_ENV: 'production', DATABASE_URL, ...more });

    test.each([
      secure,
      `${secure}&sslnegotiation=direct`,
      'postgres://u@%2Frun%2Fpostgresql/db',
      'postgres://u@localhost/db?host=/run/postgresql',
      'postgres://u@%2frun%2fpostgresql/db?host=',
      'postgresql://u@db.example.org/db?sslmode=verify%2Dfull',
      'postgres://u@db.example.org/db?%73slmode=verify-full',
    ])('when it is %s, then production takes it', (url) => {
      expect(inProduction(url)).toEqual([]);
      expect(inProduction(secure, { DIRECT_DATABASE_URL: url })).toEqual([]);
      expect(problemsOf({ NODE_ENV: 'production' })).toEqual([]);
    });

    test.each([
      '',
      '?sslmode=require',
      '?sslmode=verify-ca',
      '?sslmode=prefer',
      '?sslmode=allow',
      '?sslmode=',
      '?sslmode=VERIFY-FULL',
      '?sslmode=verify-full%20',
      '?sslmode=verify-full%00',
      '?sslmode=verify-full-or-so',
      '?sslmode=disable&%73slmode=verify-full',
      ';sslmode=verify-full',
      '?PGSSLMODE=verify-full',
      '?options=-c%20sslmode=verify-full',
      '?hostaddr=/run/postgresql',
      '?host=db.example.org/run',
      '?host=@run',
      '?sslmode=no-verify',
      '?sslmode=disable',
      '?ssl=true',
      '?SSLMODE=verify-full',
      '?sslmode=verify-full&sslmode=disable',
      '?sslmode=disable&sslmode=verify-full',
      '?sslmode=verify-full&sslmode=verify-full',
      '?sslmode=verify-full&ssl=false',
      '?sslmode=verify-full&uselibpqcompat=true',
      '?application_name=sslmode=verify-full',
      '?host=db.example.org&sslmode=require',
      '?host=/run/postgresql&host=db.example.org',
      '#?sslmode=verify-full',
    ])('when it ends in %s, then production refuses it, says what to do, and others take it', (query) => {
      const url = `postgres://u:hunter2@db.example.org/db${query}`;

      const [problem, ...others] = inProduction(url);

      expect(problem).toMatch(/^DATABASE_URL has to say sslmode=verify-full, just once, in production: add/);
      expect(problem).not.toContain('hunter2');
      expect(others).toEqual([]);
      expect(inProduction(secure, { DIRECT_DATABASE_URL: url })).toEqual([
        expect.stringMatching(/^DIRECT_DATABASE_URL has to say sslmode=verify-full/),
      ]);
      expect(problemsOf({ DATABASE_URL: url })).toEqual([]);
    });

    test.each([
      'postgres:///db', // PGHOST, or localhost by TCP
      'postgres://db.example.org%2Frun/db',
      'postgres://one.example.org,two.example.org/db',
      'postgresql://u@db.example.org/db',
      'postgres://u@localhost/db',
      'postgres://u@127.0.0.1/db',
      'postgres://u@[::1]/db',
      'postgres:db',
    ])('when it is %s, then production refuses it, whatever the environment says to libpq', (url) => {
      expect(inProduction(url, { PGSSLMODE: 'verify-full', PGHOST: '/run/postgresql' })).toEqual([
        expect.stringContaining('DATABASE_URL'),
      ]);
    });

    test('when a socket is named beside a host that goes before it, then that is no socket', () => {
      expect(inProduction('postgres://u@%2Frun%2Fpostgresql/db?host=db.example.org')).toHaveLength(1);
    });

    test('when a file that it names cannot be read or is no certificate, then that is said at once, in production or not', () => {
      const missing = `${secure}&sslrootcert=/nowhere/ca.pem&sslkey=/nowhere/key.pem`;

      for (const problems of [inProduction(missing), problemsOf({ DATABASE_URL: missing })]) {
        expect(problems).toEqual([
          'DATABASE_URL: sslrootcert /nowhere/ca.pem cannot be read (ENOENT)',
          'DATABASE_URL: sslkey /nowhere/key.pem cannot be read (ENOENT)',
        ]);
      }
      expect(inProduction(`${secure}&sslcert=/nowhere/cert.pem`)).toEqual([
        'DATABASE_URL: sslcert /nowhere/cert.pem cannot be read (ENOENT)',
      ]);
      for (const name of ['sslrootcert', 'sslcert']) {
        for (const file of ['package.json', 'test/unit/config.test.ts']) {
          expect(inProduction(`${secure}&${name}=${path.resolve(file)}`)).toEqual([
            expect.stringMatching(`${name} .*${path.basename(file)} holds no certificate`),
          ]);
        }
      }
    });

    test('when it is no URL, then that is a problem and not a crash, and shows no password', () => {
      expect(problemsOf({ DATABASE_URL: 'postgres://u:hunter2@host:99999/db' })).toEqual([
        'DATABASE_URL cannot be read as a URL',
      ]);
    });

    test.each([
      'postgres://u:50%@h/db',
      'postgres://u:p%zz@%2Frun%2Fpostgresql/db',
      'postgres://u@h/db?application_name=%2',
    ])('when a %% stands for itself, as in %s, then that is a problem, in production or not', (url) => {
      for (const problems of [inProduction(url), problemsOf({ DATABASE_URL: url })]) {
        expect(problems).toEqual(['DATABASE_URL holds a % that stands for itself: write it as %25']);
      }
    });

    test('when Node is told to verify nothing, then production refuses to start', () => {
      const unverified = { NODE_TLS_REJECT_UNAUTHORIZED: '0' };

      expect(inProduction(secure, unverified)).toEqual([expect.stringContaining('NODE_TLS_REJECT_UNAUTHORIZED')]);
      expect(problemsOf({ DATABASE_URL: secure, ...unverified })).toEqual([]);
    });
  });

  test('when event streams are capped for each client, then not where there is only one', () => {
    expect(loadConfig({ AUTH: 'api-key' })).toMatchObject({ maxEventStreams: 1_000, maxEventStreamsPerClient: 200 });
    expect(loadConfig({ AUTH: 'none', MAX_EVENT_STREAMS: '700', MAX_EVENT_STREAMS_PER_CLIENT: '5' })).toMatchObject({
      maxEventStreams: 700,
      maxEventStreamsPerClient: 700,
    });
  });

  test('when origins are allowed, then by what browsers call an origin, and nothing else', () => {
    const of = (CORS_ORIGINS: string) => loadConfig({ CORS_ORIGINS }).corsOrigins;

    expect(loadConfig({}).corsOrigins).toEqual([]);
    expect(of('https://app.example.org, http://localhost:8080')).toEqual([
      'https://app.example.org',
      'http://localhost:8080',
    ]);
    const wrong = [
      '*',
      'null',
      'app.example.org',
      'https://app.example.org/',
      'https://*.example.org',
      'https://a:443',
    ];
    for (const origin of [...wrong, 'HTTPS://a', 'ftp://a', 'https://u:p@a', 'https://a,']) {
      expect([origin, problemsOf({ CORS_ORIGINS: origin })]).toEqual([
        origin,
        [expect.stringContaining('CORS_ORIGINS')],
      ]);
    }
  });

  test.each([
    [{}, []],
    [{ HOST: '::1' }, []],
    [{ HOST: 'localhost', NODE_ENV: 'production', AUTH: 'none' }, []],
    [{ AUTH: 'api-key' }, undefined],
    [{ HOST: '0.0.0.0' }, undefined],
    [{ HOST: '0.0.0.0', AUTH: 'none' }, undefined],
    [{ HOST: '127.0.0.1.example.org', AUTH: 'none' }, undefined],
    [{ ALLOWED_HOSTS: 'Docs.example.org, .internal,docling_1' }, ['docs.example.org', '.internal', 'docling_1']],
    [{ ALLOWED_HOSTS: 'a', AUTH: 'api-key', HOST: '0.0.0.0' }, ['a']],
  ])('when it is %j, then the names that it is called by are %j', (settings, allowedHosts) => {
    expect(loadConfig(settings).allowedHosts).toEqual(allowedHosts);
  });

  test.each(['*', 'http://a', 'a:3000', 'a,', '.', 'a..b', '*.example.org', 'a b', '[::1]', 'a/'])(
    'when %j is to be a name of a host, then it is none',
    (ALLOWED_HOSTS) => {
      expect(problemsOf({ ALLOWED_HOSTS })).toEqual([expect.stringContaining('ALLOWED_HOSTS')]);
    },
  );

  test('when two converters are named, then that is refused', () => {
    expect(problemsOf({ MCP_SERVER_URL: 'http://x/mcp', MCP_SERVER_COMMAND: 'x' })).toHaveLength(1);
  });

  test('when a setting exists, then it is described', () => {
    for (const { description } of describeSettings()) expect(description).not.toBe('');
  });
});
