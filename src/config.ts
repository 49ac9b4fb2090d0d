import { tmpdir } from 'node:os';
import path from 'node:path';
import ipaddr from 'ipaddr.js';
import { Joi } from 'celebrate';
import { connectionProblems } from './database/connection-url.js';
import { parseUrl } from './parse-url.js';

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|::1)$/;

/**
 * Every setting: its bounds, its default and, as its description, its line of documentation.
 * Nothing else reads `process.env`.
 */
const environmentSchema = Joi.object({
  NODE_ENV: Joi.string()
    .valid('development', 'test', 'production')
    .default('development')
    .description('`production` refuses unsafe settings and logs JSON everywhere'),
  DATABASE_URL: Joi.string()
    .uri({ scheme: ['postgres', 'postgresql'] })
    .description(
      'PostgreSQL for reading and writing rows, usually through PgBouncer (port 6432, transaction mode); in production with `sslmode=verify-full`; unset: the embedded PostgreSQL',
    ),
  DIRECT_DATABASE_URL: Joi.string()
    .uri({ scheme: ['postgres', 'postgresql'] })
    .description(
      'PostgreSQL without a pooler between (port 5432), for migrations and LISTEN; in production with `sslmode=verify-full`; unset: `DATABASE_URL`',
    ),
  DB_POOL_SIZE: Joi.number().integer().min(1).max(100).default(5).description('Connections per process'),
  DB_POOL_TIMEOUT_MS: Joi.number()
    .integer()
    .min(100)
    .max(60_000)
    .default(5_000)
    .description('How long a statement waits for a connection before it answers 503'),
  DB_POOL_MAX_WAITING: Joi.number()
    .integer()
    .min(0)
    .max(100_000)
    .default(500)
    .description('Statements that may wait for a connection at once; one more answers 503 straight away'),
  DB_STATEMENT_TIMEOUT_MS: Joi.number()
    .integer()
    .min(100)
    .max(600_000)
    .default(15_000)
    .description('Time limit of one statement'),
  DB_PREPARED_STATEMENTS: Joi.string()
    .valid('auto', 'on', 'off')
    .default('auto')
    .description('Named prepared statements; `auto`: only where `DATABASE_URL` is a direct connection'),
  PGBOUNCER_STATS_URL: Joi.string()
    .uri({ scheme: ['postgres', 'postgresql'] })
    .description(
      'Console of PgBouncer, database `pgbouncer`, as one of its `stats_users`; only for `pgbouncer-exporter`; in production with `sslmode=verify-full`',
    ),
  PGBOUNCER_EXPORTER_PORT: Joi.number()
    .integer()
    .min(0)
    .max(65_535)
    .default(9_127)
    .description('Port of 127.0.0.1 that `pgbouncer-exporter` serves metrics on; 0 takes a free one'),
  PORT: Joi.number().integer().min(0).max(65_535).default(3000).description('Port to listen on; 0 takes a free one'),
  METRICS_PORT: Joi.number()
    .integer()
    .min(0)
    .max(65_535)
    .description(
      'Port on which a worker process serves `/metrics`, at `HOST`; 0 takes a free one; unset: 9464, or none where that is taken. `web` has it at `PORT`',
    ),
  HOST: Joi.string()
    .when('NODE_ENV', {
      is: 'production',
      then: Joi.string().default('0.0.0.0'),
      otherwise: Joi.string().default('127.0.0.1'),
    })
    .description('Address to listen on; unset: `127.0.0.1`, in production `0.0.0.0`'),
  LOG_LEVEL: Joi.string()
    .valid('error', 'warn', 'info', 'debug', 'silent')
    .default('info')
    .description('Least severity that is logged'),
  DATA_DIR: Joi.string()
    .default('./.data')
    .description('Stored inputs, work in progress and the embedded PostgreSQL; web and workers share it'),
  INPUT_DIRS: Joi.string()
    .default('')
    .description(
      'Folders that a JSON `filePath` may point into, separated by `:`; outside production the temporary folder too',
    ),
  MAX_FILE_SIZE_MB: Joi.number().min(0.001).max(10_000).default(100).description('Largest input'),
  URL_ALLOW_PRIVATE: Joi.boolean()
    .default(false)
    .description('Whether an `inputUrl` may lead to private and loopback addresses; only for trusted networks'),
  MCP_SERVER_URL: Joi.string()
    .uri({ scheme: ['http', 'https'] })
    .description('A converter that speaks MCP over streamable HTTP, such as docling-mcp'),
  MCP_SERVER_COMMAND: Joi.string().description(
    'A converter that speaks MCP over its standard input and output, as a command line (`env NAME=value command` sets variables); both unset: the built-in converter',
  ),
  CONVERTER_MEMORY_MB: Joi.number()
    .integer()
    .min(192)
    .max(16_384)
    .default(512)
    .description('Memory of one child of the built-in converter, all in all'),
  WORKER_CONCURRENCY: Joi.number()
    .integer()
    .min(0)
    .max(64)
    .default(2)
    .description('Jobs that one process works at once; 0 accepts jobs and works none'),
  WORKER_POLL_MS: Joi.number()
    .integer()
    .min(10)
    .max(60_000)
    .default(500)
    .description('How often an idle worker looks for jobs'),
  LEASE_MS: Joi.number()
    .integer()
    .min(1_000)
    .max(600_000)
    .default(30_000)
    .description('How long a worker holds a job without a sign of life'),
  SHUTDOWN_TIMEOUT_MS: Joi.number()
    .integer()
    .min(0)
    .max(600_000)
    .default(25_000)
    .description('How long running requests and jobs may take to finish after SIGTERM'),
  MAX_EVENT_STREAMS: Joi.number()
    .integer()
    .min(0)
    .max(100_000)
    .default(1_000)
    .description(
      'Event streams that one process keeps open at once, and as many requests held by `Prefer: wait`; one more stream answers 429',
    ),
  MAX_EVENT_STREAMS_PER_CLIENT: Joi.number()
    .integer()
    .min(1)
    .max(100_000)
    .default(200)
    .description(
      'How many of those one client may have; with `AUTH=none`, where there is only one client, this does not count',
    ),
  MAX_QUEUED_JOBS: Joi.number()
    .integer()
    .min(0)
    .max(10_000_000)
    .default(100_000)
    .description(
      'Jobs of one client that may wait for a worker, counted every few seconds; one more answers 429. 0: no limit',
    ),
  AUTH: Joi.string()
    .valid('api-key', 'none')
    .when('NODE_ENV', {
      is: 'production',
      then: Joi.string().default('api-key'),
      otherwise: Joi.string().when('HOST', {
        is: Joi.string().pattern(LOOPBACK),
        then: Joi.string().default('none'),
        otherwise: Joi.string().default('api-key'),
      }),
    })
    .description(
      '`api-key`: callers show a key (`npm run keys`); `none`: every caller is the client `local`; unset: `none` on a loopback address outside production, else `api-key`',
    ),
  RATE_LIMIT_MAX: Joi.number()
    .integer()
    .min(0)
    .max(10_000_000)
    .when('NODE_ENV', { is: 'production', then: Joi.number().default(1_200), otherwise: Joi.number().default(0) })
    .description(
      'Requests of one client, or of one address with `AUTH=none`, in a window; one more answers 429. 0: no limit. Each process counts for itself. Unset: 0, in production 1200',
    ),
  RATE_LIMIT_WINDOW_MS: Joi.number()
    .integer()
    .min(1_000)
    .max(86_400_000)
    .default(60_000)
    .description('Length of the window in which requests are counted'),
  TRUST_PROXY: Joi.string()
    .custom(readTrustProxy)
    .description(
      'Proxies whose `X-Forwarded-For` is believed: how many there are, or their addresses and networks, separated by `,`; unset: none',
    ),
  CORS_ORIGINS: Joi.string()
    .custom(readOrigins)
    .description(
      'Origins whose pages may call the API from a browser, such as `https://app.example.org`, separated by `,`; unset: none',
    ),
  ALLOWED_HOSTS: Joi.string()
    .custom(readHosts)
    .description(
      'Names by which the API may be called, beside addresses and `localhost`, separated by `,`; `.example.org`: and all names below it; unset: with `AUTH=none` on a loopback address none, else any',
    ),
})
  .with('DIRECT_DATABASE_URL', 'DATABASE_URL')
  .oxor('MCP_SERVER_URL', 'MCP_SERVER_COMMAND');

export type PreparedStatements = 'auto' | 'on' | 'off';
export type LogLevel = 'error' | 'warn' | 'info' | 'debug' | 'silent';

export interface Config {
  readonly environment: 'development' | 'test' | 'production';
  readonly database: {
    /** Undefined: the embedded PostgreSQL. */
    readonly url: string | undefined;
    readonly directUrl: string | undefined;
    readonly poolSize: number;
    readonly poolTimeoutMs: number;
    readonly poolMaxWaiting: number;
    readonly statementTimeoutMs: number;
    readonly preparedStatements: PreparedStatements;
  };
  readonly pgbouncer: { readonly statsUrl: string | undefined; readonly exporterPort: number };
  readonly http: {
    readonly port: number;
    readonly host: string;
    /** Of a worker process; undefined: the usual one, if it is free. */
    readonly metricsPort: number | undefined;
  };
  readonly logLevel: LogLevel;
  /** Absolute. */
  readonly dataDir: string;
  /** Absolute; a JSON `filePath` has to lie in one of them. */
  readonly inputDirs: readonly string[];
  readonly maxFileBytes: number;
  readonly urlAllowPrivate: boolean;
  readonly converter: {
    readonly url: string | undefined;
    readonly command: string | undefined;
    readonly memoryMb: number;
  };
  readonly worker: { readonly concurrency: number; readonly pollMs: number; readonly leaseMs: number };
  readonly shutdownTimeoutMs: number;
  readonly maxEventStreams: number;
  readonly maxEventStreamsPerClient: number;
  /** 0: no limit. */
  readonly maxQueuedJobs: number;
  readonly auth: 'api-key' | 'none';
  readonly rateLimit: { readonly max: number; readonly windowMs: number };
  /** As Express takes it: hops, or addresses and networks. */
  readonly trustProxy: false | number | readonly string[];
  readonly corsOrigins: readonly string[];
  /** In small letters; one with a dot in front stands for all names below it too. Undefined: any. */
  readonly allowedHosts: readonly string[] | undefined;
}

/** One line of the settings table: `docs` and `.env.example` are held against these. */
export interface SettingDescription {
  readonly name: string;
  readonly description: string;
  readonly defaultValue: string | number | boolean | undefined;
}

export class ConfigError extends Error {
  constructor(readonly problems: readonly string[]) {
    super(`The settings are not valid:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`);
    this.name = 'ConfigError';
  }
}

/**
 * Reads all settings from `environment` at once. Empty values count as unset.
 *
 * @throws ConfigError that names every setting that is wrong, not only the first.
 */
export function loadConfig(environment: NodeJS.ProcessEnv = process.env): Config {
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
  const { error, value } = environmentSchema.validate(given, { abortEarly: false, stripUnknown: true });
  const production = value.NODE_ENV === 'production';
  const problems = [
    ...(error?.details.map((detail) => detail.message.replaceAll('"', '')) ?? []),
    ...securityProblems(given, production),
  ];
  if (problems.length > 0) throw new ConfigError(problems);
  const inputDirs = String(value.INPUT_DIRS).split(path.delimiter).filter(Boolean);
  return deepFreeze({
    environment: value.NODE_ENV,
    database: {
      url: value.DATABASE_URL,
      directUrl: value.DIRECT_DATABASE_URL ?? value.DATABASE_URL,
      poolSize: value.DB_POOL_SIZE,
      poolTimeoutMs: value.DB_POOL_TIMEOUT_MS,
      poolMaxWaiting: value.DB_POOL_MAX_WAITING,
      statementTimeoutMs: value.DB_STATEMENT_TIMEOUT_MS,
      preparedStatements: value.DB_PREPARED_STATEMENTS,
    },
    pgbouncer: { statsUrl: value.PGBOUNCER_STATS_URL, exporterPort: value.PGBOUNCER_EXPORTER_PORT },
    http: { port: value.PORT, host: value.HOST, metricsPort: value.METRICS_PORT },
    logLevel: value.LOG_LEVEL,
    dataDir: path.resolve(value.DATA_DIR),
    inputDirs: [...inputDirs, ...(production ? [] : [tmpdir()])].map((directory) => path.resolve(directory)),
    urlAllowPrivate: value.URL_ALLOW_PRIVATE,
    maxFileBytes: Math.floor(value.MAX_FILE_SIZE_MB * 1024 * 1024),
    converter: { url: value.MCP_SERVER_URL, command: value.MCP_SERVER_COMMAND, memoryMb: value.CONVERTER_MEMORY_MB },
    worker: { concurrency: value.WORKER_CONCURRENCY, pollMs: value.WORKER_POLL_MS, leaseMs: value.LEASE_MS },
    shutdownTimeoutMs: value.SHUTDOWN_TIMEOUT_MS,
    maxEventStreams: value.MAX_EVENT_STREAMS,
    maxEventStreamsPerClient: value.AUTH === 'none' ? value.MAX_EVENT_STREAMS : value.MAX_EVENT_STREAMS_PER_CLIENT,
    maxQueuedJobs: value.MAX_QUEUED_JOBS,
    auth: value.AUTH,
    rateLimit: { max: value.RATE_LIMIT_MAX, windowMs: value.RATE_LIMIT_WINDOW_MS },
    trustProxy: value.TRUST_PROXY ?? false,
    corsOrigins: value.CORS_ORIGINS ?? [],
    allowedHosts: value.ALLOWED_HOSTS ?? (value.AUTH === 'none' && LOOPBACK.test(value.HOST) ? [] : undefined),
  });
}

/** What is wrong with how the database is reached, beside what the schema says. */
function securityProblems(given: NodeJS.ProcessEnv, production: boolean): string[] {
  const problems = ['DATABASE_URL', 'DIRECT_DATABASE_URL', 'PGBOUNCER_STATS_URL'].flatMap((setting) => {
    const url = given[setting];
    return url === undefined || !/^postgres(ql)?:/.test(url) ? [] : connectionProblems(setting, url, production);
  });
  if (production && given['NODE_TLS_REJECT_UNAUTHORIZED'] === '0') {
    problems.push('NODE_TLS_REJECT_UNAUTHORIZED is 0, which switches off all verification: unset it');
  }
  return problems;
}

/** All settings in the order of the schema. */
export function describeSettings(): SettingDescription[] {
  const { keys } = environmentSchema.describe() as {
    keys: Record<string, { flags?: { description?: string; default?: string | number | boolean } }>;
  };
  return Object.entries(keys).map(([name, { flags }]) => ({
    name,
    description: flags?.description ?? '',
    defaultValue: flags?.default,
  }));
}

/** Joi's custom rule: what Express calls `trust proxy`. Throws for what is neither a number nor a list of networks. */
function readTrustProxy(given: string): number | string[] {
  if (/^\d{1,2}$/.test(given)) return Number(given);
  const networks = given.split(',').map((network) => network.trim());
  const [unknown] = networks.filter(
    (network) => !['loopback', 'linklocal', 'uniquelocal'].includes(network) && !isNetwork(network),
  );
  if (unknown !== undefined) throw new Error(`${unknown} is no address and no network`);
  return networks;
}

/** Joi's custom rule. Throws for what is no origin as browsers write one: no path, no default port, no capitals. */
function readOrigins(given: string): string[] {
  const origins = given.split(',').map((origin) => origin.trim());
  const wrong = origins.find((origin) => !/^https?:[^*]+$/.test(origin) || parseUrl(origin)?.origin !== origin);
  if (wrong !== undefined) throw new Error(`${wrong} is no origin such as https://app.example.org`);
  return origins;
}

/** Joi's custom rule. Throws for what is no name of a host, such as a URL or one with a port. */
function readHosts(given: string): string[] {
  const hosts = given.split(',').map((host) => host.trim().toLowerCase());
  const wrong = hosts.find((host) => !/^\.?[\w-]+(\.[\w-]+)*$/.test(host));
  if (wrong !== undefined) throw new Error(`${wrong} is no name of a host such as docs.example.org`);
  return hosts;
}

function isNetwork(text: string): boolean {
  return ipaddr.isValid(text) || ipaddr.isValidCIDR(text);
}

function deepFreeze<T extends object>(value: T): T {
  for (const member of Object.values(value)) if (typeof member === 'object' && member !== null) deepFreeze(member);
  return Object.freeze(value);
}
