/** @needs promtool, amtool */
import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { BY_PROMTOOL_ONLY, hasten } from '../../scripts/alerts-drill/rules.mjs';
import { PROVOKED } from '../../scripts/alerts-drill/run.mjs';
import { toolPath } from '../../scripts/bootstrap/tools.mjs';
import { readRuleFiles, readYaml, type AlertRule } from '../support/alert-rules.js';
import { ROOT } from '../support/generated.js';

interface RuleTest {
  readonly rule_files: string[];
  readonly tests: { readonly alert_rule_test: { alertname: string; exp_alerts: unknown[] }[] }[];
}

const MONITORING = path.join(ROOT, 'monitoring');
const TESTS = path.join(MONITORING, 'prometheus/tests');
const run = promisify(execFile);
const check = (tool: string, ...args: string[]) =>
  run(tool, args, { cwd: ROOT, env: { PATH: toolPath() }, timeout: 60_000 });

const alerts = readRuleFiles();
const testFiles = readdirSync(TESTS);
const cases = testFiles
  .map((file) => readYaml(path.join(TESTS, file)) as RuleTest)
  .flatMap(({ tests }) => tests.flatMap((group) => group.alert_rule_test));
const anchors = anchorsOf(readFileSync(path.join(ROOT, 'docs/monitoring.md'), 'utf8'));

/** The anchors of a document's headings, as its readers' pages make them. */
function anchorsOf(markdown: string): Set<string> {
  const titles = Array.from(markdown.matchAll(/^#{1,6} (.+)$/gm), ([, title = '']) => title);
  return new Set(
    titles.map((title) =>
      title
        .toLowerCase()
        .replace(/[^\w -]/g, '')
        .replaceAll(' ', '-'),
    ),
  );
}

describe('the files of Prometheus and Alertmanager', () => {
  test('when their own tools look at them, then they find nothing wrong', async () => {
    await expect(
      check('promtool', 'check', 'config', '--lint-fatal', path.join(MONITORING, 'prometheus/prometheus.yml')),
    ).resolves.toBeDefined();
    await expect(
      check('amtool', 'check-config', path.join(MONITORING, 'alertmanager/alertmanager.yml')),
    ).resolves.toBeDefined();
  });

  test.each(testFiles)(
    'when promtool plays %s, then each alert fires and is silent as it says',
    async (file) => {
      await expect(check('promtool', 'test', 'rules', path.join(TESTS, file))).resolves.toBeDefined();
    },
    60_000,
  );
});

describe('every alert', () => {
  test('when names are compared, then no two alerts share one', () => {
    const names = alerts.map(({ alert }) => alert);

    expect(new Set(names).size).toBe(names.length);
  });

  test('when tests name an alert, then there is one of that name', () => {
    const names = new Set(alerts.map(({ alert }) => alert));

    expect(cases.filter(({ alertname }) => !names.has(alertname))).toEqual([]);
  });

  test('when the drill is looked at, then it raises each, or says why not', () => {
    const names = alerts.map(({ alert }) => alert);

    expect([...PROVOKED, ...Object.keys(BY_PROMTOOL_ONLY)].sort()).toEqual(names.sort());
  });

  test('when the drill shortens the rules, then each change of its fits what stands there', () => {
    const hastened = alerts.map((rule) => ({ ...rule }));

    expect(() => hastened.forEach(hasten)).not.toThrow();
    expect(hastened.filter(({ expr }) => /\[\d+m\]/.test(expr))).toEqual([]);
  });

  describe.each(alerts.map((rule) => [rule.alert, rule] as const))('%s', (name, rule) => {
    test('when the tests are looked through, then one has it fire and one has it silent', () => {
      const expected = cases.filter(({ alertname }) => alertname === name).map(({ exp_alerts }) => exp_alerts.length);

      expect(expected.some((firing) => firing > 0)).toBe(true);
      expect(expected.some((firing) => firing === 0)).toBe(true);
    });

    test('when it reaches somebody, then it says how bad it is, what it is, with the value in its unit, and what to do', () => {
      expect(rule.labels?.['severity']).toMatch(/^(critical|warning)$/);
      expect(rule.annotations?.['summary']).toMatch(/\S{2,} \S/);
      expect(rule.annotations?.['description']).toMatch(/\S{2,} \S.*\.$/);
      expect(valuesWithoutUnit(rule)).toEqual([]);
      const [page, anchor] = String(rule.annotations?.['runbook_url']).split('#');
      expect(page).toBe('docs/monitoring.md');
      expect(anchors).toContain(anchor);
    });
  });
});

/** Places where the text of an alert shows its value as a bare number. */
function valuesWithoutUnit({ annotations = {} }: AlertRule): string[] {
  const shown = Object.values(annotations).flatMap((text) => text.match(/\{\{[^}]*\$value[^}]*\}\}/g) ?? []);
  return shown.filter((place) => !/\| humanize\w*/.test(place) && !/\b(if|with) /.test(place));
}
