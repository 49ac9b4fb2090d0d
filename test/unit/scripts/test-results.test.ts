import { summaryLine } from '../../../scripts/bootstrap/test-results.mjs';

const results = {
  numPassedTests: 12,
  numFailedTests: 0,
  numPendingTests: 0,
  numTodoTests: 0,
  numRuntimeErrorTestSuites: 0,
};

it('when all tests pass, then the line says how many', () => {
  expect(summaryLine(results)).toBe('12 passed, 0 failed');
});

it('when tests were skipped, then they are counted', () => {
  expect(summaryLine({ ...results, numPendingTests: 2, numTodoTests: 1 })).toBe('12 passed, 0 failed, 3 skipped');
});

it('when a suite could not be loaded, then it counts as failed', () => {
  expect(summaryLine({ ...results, numFailedTests: 1, numRuntimeErrorTestSuites: 2 })).toBe('12 passed, 3 failed');
});

it('when Jest ended without a result, then something failed', () => {
  expect(summaryLine(undefined)).toBe('0 passed, 1 failed');
});
