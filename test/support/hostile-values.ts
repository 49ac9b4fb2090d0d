import fc from 'fast-check';
import { JOB_STATUSES } from '../../src/jobs/job-states.js';

/** Names that reach into what all objects share. */
export const POLLUTION = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'hasOwnProperty',
  '__proto__.polluted',
  'constructor[prototype][polluted]',
];

/** What PostgreSQL stores in no text, and what is a line or an order elsewhere. */
const UNSTORABLE = ['\0', 'a\0b', '\ud83d', 'a\udc00b', 'a\r\nb', '\u001b[2J'];

/** Each has broken something somewhere. */
const HOSTILE: readonly string[] = [
  '',
  ' ',
  '\r\n',
  'a\r\nX-Evil: 1',
  '\uffff',
  '\u202e',
  '\u2028',
  '🙂'.repeat(300),
  "' OR '1'='1",
  "'; DROP TABLE jobs; --",
  "\\'; --",
  '$1',
  '%s%n',
  '${7*7}',
  '{{7*7}}',
  '<script>alert(1)</script>',
  '../../etc/passwd',
  '/etc/passwd',
  '/dev/zero',
  '/proc/self/environ',
  'C:\\x',
  '//x',
  'file:///etc/passwd',
  'http://127.0.0.1/',
  'http://[::1]/',
  'http://169.254.169.254/',
  'https://example.org/a.pdf',
  'javascript:alert(1)',
  'http://me:x@example.org/',
  'https://xn--a/',
  'https://%00/',
  '-1',
  '0',
  '1',
  '3',
  '100',
  '101',
  '1.5',
  '1e3',
  '1e309',
  'NaN',
  'Infinity',
  '0x10',
  '٣',
  '2147483648',
  '9007199254740993',
  '-0',
  '00',
  '+1',
  'true',
  'null',
  'undefined',
  '[]',
  '{}',
  'x'.repeat(256),
  'x'.repeat(3_000),
  'FILE',
  'URL',
  'session',
  'content',
  'ndjson',
  'csv',
  ...JOB_STATUSES,
  Buffer.from('[1,"x","2026-01-01 00:00:00+00","x"]').toString('base64url'),
  Buffer.from('{"__proto__":1}').toString('base64url'),
  'W10',
  ...POLLUTION,
];

/** Such values, and text of whatever there is, halves of characters among it. */
export const text = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...HOSTILE) },
  { weight: 2, arbitrary: fc.constantFrom(...UNSTORABLE) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 40 }) },
  {
    weight: 1,
    arbitrary: fc.string({
      unit: fc.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit)),
      maxLength: 20,
    }),
  },
);
/** What a field of a JSON body may hold. */
export const anyJson = fc.oneof(
  { weight: 4, arbitrary: text },
  {
    weight: 2,
    arbitrary: fc.oneof(fc.double(), fc.maxSafeInteger(), fc.constantFrom(0, 1, 3, -1, 1e300, 2 ** 31, 2 ** 53)),
  },
  { weight: 1, arbitrary: fc.constantFrom(null, true, false, [], {}, [[]], { polluted: 1 }) },
  { weight: 1, arbitrary: fc.array(text, { maxLength: 3 }) },
  {
    weight: 1,
    arbitrary: fc.dictionary(fc.oneof(fc.constantFrom(...POLLUTION, '$ne', '$gt'), text), text, { maxKeys: 3 }),
  },
);

/** Percent-encoded as bytes, for halves of characters too, or broken on purpose. */
export const encoded = fc.oneof(
  { weight: 6, arbitrary: text.map((value) => Buffer.from(value).toString('hex').replace(/../g, '%$&')) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      '%',
      '%ZZ',
      '%c0%ae',
      '%ED%A0%80',
      '%00',
      '%2f..%2f',
      '%25',
      '%F0%9F',
      '+',
      '&',
      '=',
      ';',
      '#',
    ),
  },
);
