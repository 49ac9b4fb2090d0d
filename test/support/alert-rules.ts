import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
import { ROOT } from './generated.js';

/** One alert of a rule file, as Prometheus reads it. */
export interface AlertRule {
  readonly alert: string;
  readonly expr: string;
  readonly for?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

const ALERTS = path.join(ROOT, 'monitoring/prometheus/alerts');

/** All alerts of all rule files. */
export function readRuleFiles(): AlertRule[] {
  return readdirSync(ALERTS)
    .map((file) => readYaml(path.join(ALERTS, file)) as { groups: { rules: AlertRule[] }[] })
    .flatMap(({ groups }) => groups.flatMap(({ rules }) => rules));
}

export function readYaml(file: string): unknown {
  return parse(readFileSync(file, 'utf8'));
}

/** The metrics that an expression of PromQL selects. Those stand before `{`, `[` or an operator, never before `(`. */
export function metricsIn(expression: string): string[] {
  const bare = expression
    .replace(/"(?:[^"\\]|\\.)*"/g, '""')
    .replace(/\{[^}]*\}/g, '{}')
    .replace(/\b(by|on|without|ignoring|group_left|group_right)\s*\([^)]*\)/g, '');
  const names = bare.match(/[a-zA-Z_][a-zA-Z0-9_:]*\b(?!\s*\()/g) ?? [];
  return [...new Set(names.filter((name) => !KEYWORDS.has(name) && !/^\d/.test(name)))].sort();
}

const KEYWORDS = new Set(['and', 'or', 'unless', 'by', 'on', 'bool', 'offset', 'm', 'd', 'h', 's']);
