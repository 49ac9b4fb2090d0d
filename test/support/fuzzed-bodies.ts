import fc from 'fast-check';
import { anyJson, POLLUTION, text } from './hostile-values.js';
import { textFor, valueFor, type Schema } from './schema-values.js';

export interface Body {
  /** Media type; empty: none is said. */
  readonly type: string;
  readonly body: Buffer;
}

type Content = Readonly<Record<string, { readonly schema: Schema }>>;

const FORM = 'multipart/form-data';
const JSON_TYPE = 'application/json';

/** A body as the operation takes it, with parts of it changed, or none; or one that it does not ask for. */
export function fuzzedBody(content: Content | undefined, inputDir: string): fc.Arbitrary<Body> {
  const nothing = fc.constant<Body>({ type: '', body: Buffer.alloc(0) });
  if (!content) {
    return fc.oneof(
      { weight: 12, arbitrary: nothing },
      { weight: 1, arbitrary: jsonBody({ type: 'object' }, inputDir) },
    );
  }
  const json = content[JSON_TYPE];
  const form = content[FORM];
  return fc.oneof(
    { weight: 1, arbitrary: nothing },
    ...(json ? [{ weight: 6, arbitrary: jsonBody(json.schema, inputDir) }] : []),
    ...(form ? [{ weight: 6, arbitrary: formBody(form.schema) }] : []),
  );
}

function jsonBody(schema: Schema, inputDir: string): fc.Arbitrary<Body> {
  const objects = (schema.oneOf ?? [schema]).map((branch) => jsonObject(branch, inputDir));
  const object = fc.oneof(...objects);
  const types = [
    `${JSON_TYPE}; charset=utf-8`,
    'APPLICATION/JSON',
    `${JSON_TYPE}; charset=utf-16`,
    `${JSON_TYPE};`,
    'text/json',
  ];
  return fc
    .tuple(
      fc.oneof({ weight: 5, arbitrary: object }, { weight: 1, arbitrary: brokenJson(object) }),
      fc.oneof({ weight: 9, arbitrary: fc.constant(JSON_TYPE) }, { weight: 1, arbitrary: fc.constantFrom(...types) }),
    )
    .map(([body, type]) => ({ type, body: Buffer.from(body) }));
}

/** By hand: a field may come twice, and `__proto__` is one like any other. */
function jsonObject({ properties = {}, required = [] }: Schema, inputDir: string): fc.Arbitrary<string> {
  const sane: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
    inputUrl: fc.constant('https://example.org/a.pdf'),
    filePath: fc
      .constantFrom('a.pdf', '../x', 'a/../../b', 'x'.repeat(300), '', '.')
      .map((name) => `${inputDir}/${name}`),
  };
  const fields = Object.entries(properties).map(([name, schema]) => {
    const value = fc.oneof(
      ...(sane[name] ? [{ weight: 6, arbitrary: sane[name] }] : []),
      { weight: 3, arbitrary: schema.examples ? fc.constantFrom(...schema.examples) : valueFor(schema) },
      { weight: 1, arbitrary: valueFor(schema) },
    );
    const field = value.map((given) => [[name, given] as const]);
    return fc.oneof(
      { weight: required.includes(name) ? 12 : 2, arbitrary: field },
      { weight: required.includes(name) ? 1 : 5, arbitrary: fc.constant([]) },
    );
  });
  const strange = fc
    .tuple(fc.oneof(fc.constantFrom(...POLLUTION, ...Object.keys(properties)), text), anyJson)
    .map((field) => [field]);
  const more = fc.oneof({ weight: 5, arbitrary: fc.constant([]) }, { weight: 1, arbitrary: strange });
  return fc.tuple(...fields, more).map((given) => {
    const members = given.flat().map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`);
    return `{${members.join(',')}}`;
  });
}

function brokenJson(object: fc.Arbitrary<string>): fc.Arbitrary<string> {
  const texts = ['[', '"', 'nul', '[1,]', '{"a":}', '\ufeff{}', '[]', 'null', '"x"', '1'];
  const large = ['['.repeat(20_000), '{"a":'.repeat(9_000), 'x'.repeat(70_000)];
  const wide = fc
    .integer({ min: 0, max: 3_000 })
    .map((count) => `{${Array.from({ length: count }, (_, index) => `"k${index}":0`).join(',')}}`);
  return fc.oneof(
    object.map((json) => json.slice(0, -1)),
    fc.constantFrom(...texts, ...large),
    wide,
    text,
  );
}

function formBody({ properties = {} }: Schema): fc.Arbitrary<Body> {
  const sane = [
    'Content-Disposition: form-data; name="sessionId"\r\n\r\ns',
    'Content-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\na,b\n1,2\n',
  ];
  const fields = Object.entries(properties).map(([name, schema]) => textFor(schema).map((value) => field(name, value)));
  const part = fc.oneof(
    { weight: 1, arbitrary: fc.constantFrom(...sane) },
    { weight: 4, arbitrary: fc.oneof(...fields) },
    {
      weight: 1,
      arbitrary: fc.tuple(fc.oneof(fc.constantFrom(...POLLUTION), text), text).map(([n, v]) => field(n, v)),
    },
    { weight: 2, arbitrary: filePart() },
    { weight: 1, arbitrary: fc.constantFrom(...BROKEN_PARTS, `${sane[1]}${'x'.repeat(5_000)}`) },
  );
  return fc
    .record({
      isSane: fc.boolean(),
      parts: fc.array(part, { maxLength: 3 }),
      end: mostly('--b--\r\n', '', '--b', '--c--', '\r\n--b--'),
      type: mostly(
        `${FORM}; boundary=b`,
        FORM,
        `${FORM}; boundary=`,
        `${FORM}; boundary="b"`,
        `${FORM}; boundary=c`,
        'multipart/mixed; boundary=b',
      ),
    })
    .map(({ isSane, parts, end, type }) => {
      const contents = [...(isSane ? sane : []), ...parts].map((content) => `--b\r\n${content}\r\n`);
      return { type, body: Buffer.from(contents.join('') + end) };
    });
}

const BROKEN_PARTS = ['', '\r\n', 'X: y\r\n\r\n', 'Content-Disposition\r\n\r\nx', `X: ${'y'.repeat(9_000)}\r\n\r\n`];

function field(name: string, value: string): string {
  return `Content-Disposition: form-data; name="${name}"\r\n\r\n${value}`;
}

function filePart(): fc.Arbitrary<string> {
  const name = fc.oneof({ weight: 6, arbitrary: fc.constant('file') }, { weight: 1, arbitrary: text });
  const fileName = fc.oneof(fc.constantFrom('a.csv', 'a.md', 'a.pdf'), text);
  return fc
    .tuple(name, fileName, text)
    .map(
      ([part, file, content]) =>
        `Content-Disposition: form-data; name="${part}"; filename="${file}"\r\nContent-Type: text/plain\r\n\r\n${content}`,
    );
}

function mostly(usual: string, ...others: readonly string[]): fc.Arbitrary<string> {
  return fc.oneof({ weight: 8, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: fc.constantFrom(...others) });
}
