import { readFileSync } from 'node:fs';
import path from 'node:path';
import pg from 'pg';
import { listStatementFiles } from '../../src/database/catalogue.js';

/** PostgreSQL type name to TypeScript type, as `src/database/database.ts` sends and reads them. */
const TYPES: Readonly<Record<string, string>> = {
  uuid: 'string',
  text: 'string',
  varchar: 'string',
  int4: 'number',
  int8: 'number',
  float8: 'number',
  bool: 'boolean',
  name: 'string',
  timestamptz: 'Date',
  bytea: 'Buffer',
  json: 'unknown',
  jsonb: 'unknown',
  job_status: 'JobStatus',
};

interface Header {
  parameters: { name: string; nullable: boolean }[];
  notNull: Set<string>;
  nullable: Set<string>;
  columnTypes: Map<string, string>;
}

interface Field {
  name: string;
  tableID: number;
  columnID: number;
  dataTypeID: number;
}

interface Description {
  parameterTypes: number[];
  fields: Field[];
}

/** The parts of `pg`'s inner connection that its types leave out. */
interface ProtocolConnection {
  parse(query: { name: string; text: string; types: number[] }): void;
  describe(target: { type: 'S'; name: string }): void;
  sync(): void;
  once(event: 'parameterDescription', listener: (message: { dataTypeIDs: number[] }) => void): void;
}

/** A query that is parsed and described, but not run; the client calls its `handle…` as it does a `pg.Query`'s. */
class DescribeQuery {
  private readonly description: Description = { parameterTypes: [], fields: [] };
  readonly outcome: Promise<Description>;
  private resolve!: (description: Description) => void;
  private reject!: (error: Error) => void;

  constructor(private readonly text: string) {
    this.outcome = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
  }

  submit(connection: ProtocolConnection): void {
    connection.once('parameterDescription', ({ dataTypeIDs }) => {
      this.description.parameterTypes = dataTypeIDs;
    });
    connection.parse({ name: '', text: this.text, types: [] });
    connection.describe({ type: 'S', name: '' });
    connection.sync();
  }

  handleRowDescription({ fields }: { fields: Field[] }): void {
    this.description.fields = fields;
  }

  handleError(error: Error): void {
    this.reject(error);
  }

  handleReadyForQuery(): void {
    this.resolve(this.description);
  }
}

/**
 * The text of `src/database/statements.ts`, made by asking a migrated database to describe every
 * statement: parameter types and column names, types and nullability come from PostgreSQL, the names
 * of parameters and what PostgreSQL cannot know from the statement's header.
 */
export async function generateStatementTypes(url: string, directory: string): Promise<string> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const names = listStatementFiles(directory);
    const typeNames = await readTypeNames(client);
    const requiredColumns = await readRequiredColumns(client);
    const lines: string[] = [];
    for (const name of names) {
      const source = readFileSync(path.join(directory, `${name}.sql`), 'utf8');
      const description = await describe(client, source, name);
      lines.push(renderStatement(name, parseHeader(source), description, typeNames, requiredColumns));
    }
    return renderFile(names, lines);
  } finally {
    await client.end();
  }
}

/** A statement as PostgreSQL describes it, by the names of its types. */
export interface StatementContract {
  /** Names of its parameters, by its header. */
  readonly names: readonly string[];
  readonly parameters: readonly string[];
  readonly columns: readonly (readonly [name: string, type: string])[];
}

/** Describes statements, whose sources are given by their names. */
export async function describeStatements(
  client: pg.Client,
  sources: Readonly<Record<string, string>>,
): Promise<Record<string, StatementContract>> {
  const typeNames = await readTypeNames(client);
  const typeName = (oid: number) => typeNames.get(oid) ?? String(oid);
  const contracts: Record<string, StatementContract> = {};
  for (const [name, source] of Object.entries(sources)) {
    const { parameterTypes, fields } = await describe(client, source, name);
    contracts[name] = {
      names: parseHeader(source).parameters.map((parameter) => parameter.name),
      parameters: parameterTypes.map(typeName),
      columns: fields.map((field) => [field.name, typeName(field.dataTypeID)]),
    };
  }
  return contracts;
}

function parseHeader(source: string): Header {
  const comments = source.split('\n').filter((line) => line.startsWith('--'));
  const list = (label: string) =>
    comments.flatMap((line) => (line.startsWith(`-- ${label}: `) ? line.slice(label.length + 5).split(/,\s*/) : []));
  return {
    parameters: comments.flatMap((line) => {
      const match = /^-- \$\d+ (\w+)(\?)?/.exec(line);
      return match ? [{ name: match[1]!, nullable: match[2] === '?' }] : [];
    }),
    notNull: new Set(list('not null')),
    nullable: new Set(list('nullable')),
    columnTypes: new Map(
      list('type').map((entry) => {
        const [column, ...type] = entry.split(' ');
        return [column!, type.join(' ')];
      }),
    ),
  };
}

async function describe(client: pg.Client, source: string, name: string): Promise<Description> {
  const query = new DescribeQuery(source.replace(/^(--.*\n)+/, ''));
  client.query(query as unknown as pg.Submittable);
  return query.outcome.catch((error: unknown) => {
    throw new Error(`${name}: ${String(error)}`, { cause: error });
  });
}

async function readTypeNames(client: pg.Client): Promise<Map<number, string>> {
  const { rows } = await client.query<{ oid: number; name: string }>(
    `SELECT t.oid::int AS oid, CASE WHEN e.oid IS NULL THEN t.typname ELSE e.typname || '[]' END AS name
     FROM pg_type t LEFT JOIN pg_type e ON e.typarray = t.oid`,
  );
  return new Map(rows.map(({ oid, name }) => [oid, name]));
}

async function readRequiredColumns(client: pg.Client): Promise<Set<string>> {
  const { rows } = await client.query<{ column: string }>(
    `SELECT attrelid::int || '.' || attnum AS column FROM pg_attribute WHERE attnotnull`,
  );
  return new Set(rows.map(({ column }) => column));
}

function renderStatement(
  name: string,
  header: Header,
  { parameterTypes, fields }: Description,
  typeNames: Map<number, string>,
  requiredColumns: Set<string>,
): string {
  if (header.parameters.length !== parameterTypes.length) {
    throw new Error(
      `${name}: the header names ${header.parameters.length} parameters, the statement has ${parameterTypes.length}`,
    );
  }
  const params = parameterTypes.map((oid, index) => {
    const parameter = header.parameters[index]!;
    return `${parameter.name}: ${parameterType(oid, typeNames, name)}${parameter.nullable ? ' | null' : ''}`;
  });
  const columns = fields.map((field) => {
    const type = header.columnTypes.get(field.name) ?? typescriptType(field.dataTypeID, typeNames, name);
    const required = field.tableID > 0 && requiredColumns.has(`${field.tableID}.${field.columnID}`);
    const nullable = header.nullable.has(field.name) || (!required && !header.notNull.has(field.name));
    return `      ${field.name}: ${type}${nullable ? ' | null' : ''};`;
  });
  const row = columns.length > 0 ? `{\n${columns.join('\n')}\n    }` : 'Record<string, never>';
  return `  '${name}': {\n    params: readonly [${params.join(', ')}];\n    row: ${row};\n  };`;
}

/** JSON goes in as text, so that an array or a string is not taken for something else on the way. */
function parameterType(oid: number, typeNames: Map<number, string>, name: string): string {
  return ['json', 'jsonb'].includes(typeNames.get(oid) ?? '') ? 'string' : typescriptType(oid, typeNames, name);
}

function typescriptType(oid: number, typeNames: Map<number, string>, name: string): string {
  const typeName = typeNames.get(oid) ?? String(oid);
  const element = typeName.replace(/\[\]$/, '');
  const type = TYPES[element];
  if (!type) throw new Error(`${name}: no TypeScript type is set for the PostgreSQL type ${typeName}`);
  return typeName.endsWith('[]') ? `readonly ${type}[]` : type;
}

function renderFile(names: string[], statements: string[]): string {
  const body = statements.join('\n');
  const used = (names: string[]) => names.filter((name) => new RegExp(`\\b${name}\\b`).test(body)).join(', ');
  const imports = [
    `import type { ${used(['ExportFormat'])} } from '../conversion/client/converter.js';`,
    `import type { ${used(['JobStatus'])} } from '../jobs/job-states.js';`,
    `import type { ${used(['InputType', 'ResultSummary'])} } from './row-types.js';`,
  ];
  return [
    '// Generated from db/queries by `npm run generate`; do not edit.',
    ...imports,
    '',
    '/** Parameters and rows of every statement, as PostgreSQL describes them. */',
    'export interface Statements {',
    body,
    '}',
    '',
    'export type StatementName = keyof Statements;',
    '',
    'export const STATEMENT_NAMES = [',
    ...names.map((name) => `  '${name}',`),
    '] as const satisfies readonly StatementName[];',
    '',
  ].join('\n');
}
