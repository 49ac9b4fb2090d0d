import { types } from 'node:util';
import winston from 'winston';
import type { LogLevel } from '../config.js';

export type LogFields = Readonly<Record<string, unknown>>;

/**
 * What the service logs with. A message is constant text; whatever a client or another system sent
 * goes into fields, where JSON escapes it. An `Error` in a field is logged whole, cause and all.
 */
export interface Logger {
  error(message: string, fields?: LogFields): unknown;
  warn(message: string, fields?: LogFields): unknown;
  info(message: string, fields?: LogFields): unknown;
  debug(message: string, fields?: LogFields): unknown;
  /** A logger that adds `fields`, such as a job's id, to every line. */
  child(fields: LogFields): Logger;
}

export interface LoggerOptions {
  readonly level: LogLevel;
  /** Which process writes: `web`, `worker`. */
  readonly service: string;
  /** Standard output by default. */
  readonly output?: NodeJS.WritableStream & { readonly isTTY?: boolean };
  /** Lines for people instead of JSON; by default on a terminal, outside production. */
  readonly readable?: boolean;
}

/** Where winston keeps the line as it is written. */
const MESSAGE = Symbol.for('message');

/**
 * What a terminal or a reader of lines may act on, but for the line feed, and what turns text around: most of it
 * JSON leaves as it is. It can only come from outside.
 */
const CONTROLS = /[\0-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g;

/** How many causes of an error are followed. */
const MAX_CAUSES = 5;

/** One JSON object per line: `timestamp`, `level`, `service`, `message` and the fields. */
export function createLogger({ level, service, output = process.stdout, readable }: LoggerOptions): Logger {
  const forPeople = readable ?? (output.isTTY === true && process.env['NODE_ENV'] !== 'production');
  return winston.createLogger({
    level: level === 'silent' ? 'error' : level,
    silent: level === 'silent',
    defaultMeta: { service },
    format: winston.format.combine(
      winston.format.timestamp(),
      winston.format((info) => Object.assign(info, serialiseFields(info)))(),
      forPeople ? winston.format.printf(toReadableLine) : winston.format.json(),
      winston.format((info) => Object.assign(info, { [MESSAGE]: escapeControls(String(info[MESSAGE])) }))(),
    ),
    transports: [new winston.transports.Stream({ stream: output })],
  });
}

function serialiseFields(fields: LogFields): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, serialise(value)]));
}

function serialise(value: unknown): unknown {
  if (typeof value === 'string') return hideSecrets(value);
  return types.isNativeError(value) ? serialiseError(value, MAX_CAUSES) : value;
}

function serialiseError(error: Error, causes: number): Record<string, unknown> {
  const { name, message, stack, cause, ...others } = error as Error & Record<string, unknown>;
  return {
    ...serialiseFields(Object.fromEntries(Object.entries(others).filter(([, value]) => isPlain(value)))),
    name,
    message: hideSecrets(message),
    stack: stack === undefined ? undefined : hideSecrets(stack),
    ...(cause !== undefined && causes > 0 && { cause: describeCause(cause, causes - 1) }),
  };
}

/** Data, and not some object at work: drivers attach their client, sockets and all, to an error. */
function isPlain(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || types.isNativeError(value)) return true;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === Array.prototype || prototype === null;
}

function describeCause(cause: unknown, causes: number): unknown {
  return types.isNativeError(cause) ? serialiseError(cause, causes) : serialise(cause);
}

/** Errors of drivers and clients may quote the URL that they were given; a caller may put its key anywhere. */
function hideSecrets(text: string): string {
  return text
    .replace(/(\b[a-z][a-z0-9+.-]*:\/\/[^\s:/@]*):[^\s/@]+@/gi, '$1:***@')
    .replace(/\bdj_[A-Za-z0-9_-]{43}/g, 'dj_***');
}

function escapeControls(line: string): string {
  return line.replace(CONTROLS, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

function toReadableLine({ timestamp, level, message, service, ...fields }: winston.Logform.TransformableInfo): string {
  const time = String(timestamp).slice(11, 23);
  const rest = Object.entries(fields)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}=${toReadableValue(value)}`);
  return [time, level.padEnd(5), `${String(service)}:`, String(message), ...rest].join(' ');
}

function toReadableValue(value: unknown): string {
  const stack = typeof value === 'object' && value !== null && 'stack' in value ? value.stack : undefined;
  // Indented, or a line of what a caller sent could look like a line of the log.
  return typeof stack === 'string' ? `\n${stack.replace(/^/gm, '  ')}\n` : JSON.stringify(value);
}
