import { readRuleFiles } from '../../../test/support/alert-rules.js';

/** What an alert compares with, so that a dashboard says the same as the alert does. */
export interface AlertLimit {
  readonly value: number;
  /** Whether it fires below it rather than above. */
  readonly below: boolean;
  readonly severity: 'critical' | 'warning';
}

const COMPARISON = /([<>]) (\d+(?:\.\d+)?(?: \* \d+(?:\.\d+)?)*)/;

/**
 * The number in the first comparison of a rule that stands in no parentheses; `26 * 3600` is multiplied.
 *
 * @throws Error when there is no such alert, or none in it
 */
export function limitOf(alert: string): AlertLimit {
  const rule = readRuleFiles().find((one) => one.alert === alert);
  const [, sign, product = ''] = COMPARISON.exec(withoutParentheses(rule?.expr ?? '')) ?? [];
  if (rule === undefined || sign === undefined) throw new Error(`No alert ${alert} that compares with a number`);
  const value = product.split(' * ').reduce((result, factor) => result * Number(factor), 1);
  return { value, below: sign === '<', severity: rule.labels?.['severity'] === 'critical' ? 'critical' : 'warning' };
}

function withoutParentheses(expression: string): string {
  const inner = /\([^()]*\)/g;
  let bare = expression.replace(/"[^"]*"/g, '""');
  for (let before = ''; before !== bare;) [before, bare] = [bare, bare.replace(inner, '')];
  return bare;
}
