import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { DATABASE_CONDITIONS } from './database-conditions.mjs';
import { PROCESS_CONDITIONS } from './process-conditions.mjs';
import { BY_PROMTOOL_ONLY } from './rules.mjs';
import { Curtain, setStage } from './stage.mjs';

/** @typedef {Awaited<ReturnType<typeof setStage>>} Stage */

/**
 * @typedef {object} Outcome
 * @property {string} alert
 * @property {string} condition
 * @property {number | undefined} arrivedSeconds from the condition to the webhook; undefined: it did not arrive
 * @property {number | undefined} resolvedSeconds from the mending to the webhook; undefined: it did not resolve
 * @property {string} [failure] why the condition could not be made or mended
 */

const ARRIVAL_LIMIT_MS = 60_000;
const RESOLUTION_LIMIT_MS = 90_000;
const QUIET_LIMIT_MS = 90_000;
/** How long Prometheus needs to have looked at everything, with ranges of 20 s. */
const SETTLE_MS = 25_000;
const CONDITION_LIMIT_MS = 45_000;

const CONDITIONS = [...DATABASE_CONDITIONS, ...PROCESS_CONDITIONS];

/** Alerts that some condition is to raise. */
export const PROVOKED = [...new Set(CONDITIONS.flatMap(({ alerts }) => alerts))].sort();

/**
 * Makes each condition, and waits for its alerts to arrive and, once it is mended, to resolve.
 *
 * @param {object} options
 * @param {readonly string[]} options.only alerts; none: all
 * @param {AbortSignal} options.signal ends it early; everything is cleaned up all the same
 * @param {(line: string) => void} options.say
 */
export async function runDrill({ only, signal, say }) {
  const curtain = new Curtain();
  /** @type {Outcome[]} */
  const outcomes = [];
  let finished = false;
  const isGood = () => finished && outcomes.every(isProven);
  try {
    const stage = await Promise.race([setStage({ curtain, say, keepLogs: () => !isGood() }), aborted(signal)]);
    const unknown = stage.rules.names.filter(
      (name) => !PROVOKED.includes(name) && !Object.hasOwn(BY_PROMTOOL_ONLY, name),
    );
    if (unknown.length > 0) throw new Error(`No condition raises ${unknown.join(', ')}: add one, or say why not`);
    say('the rules are those of monitoring/prometheus/alerts, but for:');
    for (const change of stage.rules.changes) say(`  ${change}`);
    await delay(SETTLE_MS, undefined, { signal });
    const conditions = CONDITIONS.filter(
      ({ alerts }) => only.length === 0 || alerts.some((name) => only.includes(name)),
    );
    for (const condition of conditions) outcomes.push(...(await provoke(condition, stage, { signal, say })));
    if (stage.receiver.refused > 0) throw new Error('Alertmanager called the webhook without its token');
    finished = true;
    return { outcomes, changes: stage.rules.changes, isGood: isGood() };
  } finally {
    await curtain.fall();
  }
}

/** @param {Outcome} outcome */
export function isProven({ arrivedSeconds, resolvedSeconds, failure }) {
  return arrivedSeconds !== undefined && resolvedSeconds !== undefined && failure === undefined;
}

/**
 * @param {import('./database-conditions.mjs').Condition} condition
 * @param {Stage} stage
 * @param {{ signal: AbortSignal, say: (line: string) => void }} options
 * @returns {Promise<Outcome[]>}
 */
async function provoke({ what, alerts, make }, stage, { signal, say }) {
  const { receiver } = stage;
  const all = (/** @type {boolean} */ wanted, /** @type {number} */ limitMs) =>
    Promise.all(alerts.map((name) => receiver.until(name, wanted, { limitMs, signal })));
  say(what);
  await all(false, QUIET_LIMIT_MS); // what an earlier condition raised too
  const early = alerts.filter((name) => receiver.isFiring(name));
  /** @type {(number | undefined)[]} */
  let arrived = [];
  /** @type {(number | undefined)[]} */
  let resolved = [];
  let failure = early.length > 0 ? `${early.join(', ')} fired before` : undefined;
  try {
    // Some alerts arrive while the condition is still being made.
    const making = performance.now();
    const arriving = all(true, ARRIVAL_LIMIT_MS + CONDITION_LIMIT_MS);
    arriving.catch(() => undefined);
    const mend = await within(CONDITION_LIMIT_MS, make(stage));
    const madeSeconds = (performance.now() - making) / 1_000;
    arrived = (await arriving).map((seconds) => seconds && Math.max(seconds - madeSeconds, 0));
    await within(CONDITION_LIMIT_MS, mend());
    resolved = await all(false, RESOLUTION_LIMIT_MS);
  } catch (error) {
    signal.throwIfAborted();
    failure = error instanceof Error ? error.message : String(error);
  }
  const outcomes = alerts.map((alert, index) => ({
    alert,
    condition: what,
    arrivedSeconds: arrived[index],
    resolvedSeconds: resolved[index],
    ...(failure === undefined ? {} : { failure }),
  }));
  for (const { alert, arrivedSeconds, resolvedSeconds } of outcomes) {
    say(`  ${alert}: arrived ${inSeconds(arrivedSeconds)}, resolved ${inSeconds(resolvedSeconds)}`);
  }
  if (failure !== undefined) say(`  ${failure}`);
  return outcomes;
}

/** @param {number | undefined} seconds */
export function inSeconds(seconds) {
  return seconds === undefined ? 'NEVER' : `${seconds.toFixed(1)} s`;
}

/**
 * @template T
 * @param {number} limitMs
 * @param {Promise<T>} work
 */
async function within(limitMs, work) {
  const timer = new AbortController();
  const late = delay(limitMs, undefined, { signal: timer.signal, ref: false }).then(
    () => Promise.reject(new Error(`it took longer than ${limitMs / 1_000} s`)),
    () => new Promise(() => undefined), // over in time
  );
  try {
    return /** @type {T} */ (await Promise.race([work, late]));
  } finally {
    timer.abort();
  }
}

/**
 * @param {AbortSignal} signal
 * @returns {Promise<never>}
 */
async function aborted(signal) {
  signal.throwIfAborted();
  await once(signal, 'abort');
  throw signal.reason;
}
