import type { Contents, TableContents } from './read-contents.js';

/**
 * One line for people about each table whose contents differ, and each sequence that is behind: one that is ahead
 * has only skipped numbers, as it does when it is used during a dump and after a crash. Nothing when all is as
 * expected.
 */
export function compareContents(expected: Contents, actual: Contents): string[] {
  const sequences = pair(expected.sequences, actual.sequences);
  const behind = sequences.filter(([one, other]) => other && other.value < one.value);
  return [
    ...pair(expected.tables, actual.tables).flatMap(([one, other]) => compareTable(one, other)),
    ...extra(expected.tables, actual.tables),
    ...sequences.filter(([, other]) => !other).map(([{ name }]) => `${name} is missing`),
    ...behind.map(([{ name, value }, other]) => `${name} is at ${other?.value}, before ${value}`),
    ...extra(expected.sequences, actual.sequences),
  ];
}

interface Named {
  readonly name: string;
}

function pair<T extends Named>(expected: readonly T[], actual: readonly T[]): (readonly [T, T | undefined])[] {
  const found = new Map(actual.map((each) => [each.name, each]));
  return expected.map((each) => [each, found.get(each.name)]);
}

function extra(expected: readonly Named[], actual: readonly Named[]): string[] {
  const known = new Set(expected.map(({ name }) => name));
  return actual.filter(({ name }) => !known.has(name)).map(({ name }) => `${name} is extra`);
}

function compareTable({ name, rows, hash }: TableContents, actual: TableContents | undefined): string[] {
  if (!actual) return [`${name} is missing`];
  if (actual.rows !== rows) return [`${name} has ${actual.rows} rows, not ${rows}`];
  return actual.hash === hash ? [] : [`${name} has ${rows} rows, but not the same ones`];
}
