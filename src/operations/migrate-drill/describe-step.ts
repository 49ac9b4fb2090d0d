import type { DrillStep } from './step.js';

/** A step in lines for people: what it did, what it kept waiting, what it lost, and what is wrong. */
export function describeStep({ migration, direction, durationMs, locks, losses, problems }: DrillStep): string[] {
  const blocking = locks?.filter(({ blocks }) => blocks !== 'nothing');
  const waits = blocking?.map(({ table, blocks }) => `${table.replace(/^public\./, '')} for ${blocks}`).join(', ');
  const locked = locks === undefined ? 'outside a transaction' : `locks ${waits || 'nothing'}`;
  return [
    `${migration.padEnd(28)} ${direction.padEnd(10)} ${String(durationMs).padStart(7)} ms  ${locked}`,
    ...losses.filter(() => direction === 'down').map(({ what, rows }) => `    loses ${what}: ${rows}`),
    ...problems.map((problem) => `    PROBLEM ${problem}`),
  ];
}
