import { readFileSync } from 'node:fs';
import path from 'node:path';
import { SUPPORTED_TYPES } from '../../src/conversion/detection/supported-types.js';
import { describeSettings } from '../../src/config.js';
import { ERRORS, type ErrorDefinition } from '../../src/errors.js';
import { createMetrics } from '../../src/observability/metrics.js';
import { expectGenerated, ROOT } from '../support/generated.js';

describe('documents that the code knows the facts of', () => {
  test('when a setting changes, then .env.example does', () => {
    const entries = describeSettings().map(
      ({ name, description, defaultValue }) => `# ${description}.\n#${name}=${defaultValue ?? ''}\n`,
    );

    expectGenerated(
      '.env.example',
      [
        '# Every setting with its default; `npm run generate` writes this file. Uncomment what you change.\n',
        ...entries,
      ].join('\n'),
    );
  });

  test('when an error changes, then docs/errors.md does', () => {
    const answers = Object.entries<ErrorDefinition>(ERRORS).flatMap(([code, definition]) =>
      [definition, ...Object.values(definition.cases ?? {})].map((answer) => ({ code, ...answer })),
    );
    const rows = answers.map(
      ({ code, status, title, retryable }) => `| \`${code}\` | ${status} | ${retryable ? 'yes' : 'no'} | ${title} |`,
    );

    expectGenerated(
      'docs/errors.md',
      [
        '# Error codes',
        '',
        'Generated from `src/errors.ts` by `npm run generate`. A response carries the code in its problem document',
        '(`application/problem+json`), a failed job in `errorCode`. "Retry" says whether the same request, or another',
        'attempt at the job, may succeed later; a worker retries by it.',
        '',
        '| Code | HTTP status | Retry | Title |',
        '| ---- | ----------- | ----- | ----- |',
        ...rows,
        '',
      ].join('\n'),
    );
  });

  test('when the README shows the settings, then they are those of the code', () => {
    const table = [
      '| Setting | Default | Meaning |',
      '| ------- | ------- | ------- |',
      ...describeSettings().map(
        ({ name, description, defaultValue }) =>
          `| \`${name}\` | ${defaultValue === undefined || defaultValue === '' ? '' : `\`${defaultValue}\``} | ${description} |`,
      ),
    ].join('\n');

    expectSection('settings', table);
  });

  test('when the README lists documents, then they are those of the registry', () => {
    const rows = SUPPORTED_TYPES.map(
      ({ title, extensions }) => `| ${title} | ${extensions.map((extension) => `\`${extension}\``).join(' ')} |`,
    );

    expectSection('documents', ['| kind | files |', '| ---- | ----- |', ...rows].join('\n'));
  });

  test('when a metric changes, then docs/monitoring.md does', () => {
    const rows = createMetrics().descriptions.map(
      ({ name, type, origin, labels, help }) =>
        `| \`${name}\` | ${type} | ${origin} | ${Object.entries(labels).map(describeLabel).join('; ')} | ${help} |`,
    );

    const table = ['| metric | type | process | labels | meaning |', '| --- | --- | --- | --- | --- |', ...rows];
    expectSection('metrics', table.join('\n'), 'docs/monitoring.md');
  });
});

function describeLabel([label, values]: [string, readonly string[] | string]): string {
  const listed = typeof values === 'string' ? values : values.map((value) => `\`${value}\``).join(' ');
  return `**${label}**: ${listed}`;
}

/** Holds what a document has between two comments of that name. */
function expectSection(name: string, content: string, file = 'README.md'): void {
  const text = readFileSync(path.join(ROOT, file), 'utf8');
  const section = new RegExp(`(<!-- ${name} -->\\n)(?:[^]*?\\n)?(<!-- /${name} -->)`);
  expectGenerated(
    file,
    text.replace(section, (_, start: string, end: string) => `${start}${content}\n${end}`),
  );
}
