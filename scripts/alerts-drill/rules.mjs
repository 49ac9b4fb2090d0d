import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { parse, stringify } from 'yaml';
import { ROOT } from '../bootstrap/checkout.mjs';

const ALERTS = path.join(ROOT, 'monitoring/prometheus/alerts');

/** Longest `for`, and the range that averages are taken over, in a run in which metrics come every few seconds. */
const LONGEST_FOR_SECONDS = 2;
const RANGE = '20s';

/**
 * Thresholds that nobody has the time or the load for: what stands in the expression, and what the drill puts there.
 *
 * @type {Readonly<Record<string, readonly (readonly [string, string])[]>>}
 */
const THRESHOLDS = {
  PostgresLongRunningQuery: [['> 300', '> 4']],
  PostgresLongTransaction: [['> 3600', '> 6']],
  PostgresIdleInTransaction: [['> 120', '> 4']],
  PostgresReplicationLagHigh: [['> 10', '> 3']],
  PostgresSlotRetainsWal: [['10 * 1024 * 1024 * 1024', '20 * 1024 * 1024']],
  PostgresDeadTuples: [['> 50000', '> 1000']],
  // Exporters that are asked every few seconds run transactions too.
  PostgresTransactionRateLow: [['< 10', '< 20']],
  JobsWaitingTooLong: [['> 300', '> 4']],
  JobsFailingOften: [['> 10)', '> 3)']],
  JobsRetriedOften: [['> 10)', '> 3)']],
  JobsRescuedOften: [['> 5', '> 0']],
  LeasesLostOften: [['> 5', '> 0']],
};

/**
 * Alerts that the drill does not provoke: it would have to fill a disk, use up ids for days, or wait for weeks.
 *
 * @type {Readonly<Record<string, string>>}
 */
export const BY_PROMTOOL_ONLY = {
  PostgresDatabaseSizeHigh: 'would have to fill a disk',
  PostgresDiskAlmostFull: 'would have to fill a disk',
  PostgresTransactionIdAge: 'takes 400 million transactions',
  DatabaseCertificateExpires: 'the servers of the drill speak no TLS',
};

/**
 * Writes the rule files as the drill has them.
 *
 * @param {string} folder
 * @returns {Promise<{ names: string[], changes: string[] }>} all alerts, and each change in words
 */
export async function writeRules(folder) {
  await mkdir(folder, { mode: 0o755 });
  /** @type {string[]} */
  const names = [];
  /** @type {string[]} */
  const changes = [];
  for (const file of await readdir(ALERTS)) {
    const rules = parse(await readFile(path.join(ALERTS, file), 'utf8'));
    for (const rule of rules.groups.flatMap((/** @type {{ rules: object[] }} */ group) => group.rules)) {
      names.push(rule.alert);
      const made = hasten(rule);
      if (made.length > 0) changes.push(`${rule.alert}: ${made.join(', ')}`);
    }
    await writeFile(path.join(folder, file), stringify(rules));
  }
  return { names, changes };
}

/**
 * Shortens one rule, and says how.
 *
 * @param {{ alert: string, expr: string, for?: string }} rule
 */
export function hasten(rule) {
  /** @type {string[]} */
  const made = [];
  const replace = (/** @type {string} */ from, /** @type {string} */ to) => {
    if (!rule.expr.includes(from)) throw new Error(`The rule ${rule.alert} has no "${from}" any more: see rules.mjs`);
    rule.expr = rule.expr.replaceAll(from, to);
    made.push(`"${from}" is "${to}"`);
  };
  for (const [from, to] of THRESHOLDS[rule.alert] ?? []) replace(from, to);
  for (const range of new Set(rule.expr.match(/\[\d+m\]/g))) replace(range, `[${RANGE}]`);
  if (rule.for !== undefined && secondsOf(rule.for) > LONGEST_FOR_SECONDS) {
    made.push(`for ${rule.for} is ${LONGEST_FOR_SECONDS}s`);
    rule.for = `${LONGEST_FOR_SECONDS}s`;
  }
  return made;
}

/** @param {string} duration as Prometheus writes it, of one unit */
function secondsOf(duration) {
  const [, count = '', unit = ''] = /^(\d+)([smhd])$/.exec(duration) ?? [];
  const seconds = { s: 1, m: 60, h: 3_600, d: 86_400 }[unit];
  if (seconds === undefined) throw new Error(`${duration} is no duration of one unit`);
  return Number(count) * seconds;
}
