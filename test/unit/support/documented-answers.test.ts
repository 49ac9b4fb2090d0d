import { faultsOf } from '../../support/documented-answers.js';

const JOB_ID = '0192d3f4-0000-7abc-8def-000000000001';

describe('an answer that is not documented', () => {
  const problem = {
    type: 'urn:docling-jobs:problem:E501',
    title: 'There is no such job or resource',
    status: 404,
    detail: 'There is no such job.',
    code: 'E501',
    retryable: false,
    requestId: 'r',
  };
  const answer = {
    method: 'GET',
    path: `/api/v1/jobs/${JOB_ID}`,
    status: 404,
    headers: { 'content-type': 'application/problem+json', 'x-request-id': 'r', 'cache-control': 'no-store' },
    body: JSON.stringify(problem),
  };

  test('when nothing is wrong, then nothing is found', () => {
    expect(faultsOf(answer)).toEqual([]);
  });

  test.each([
    ['status', { status: 418 }, /an undocumented status/],
    ['header', { headers: { ...answer.headers, 'x-new': '1' } }, /an undocumented x-new/],
    ['header left out', { headers: { 'content-type': 'application/problem+json' } }, /no x-request-id/],
    ['header’s value', { headers: { ...answer.headers, 'x-request-id': 'a b' } }, /x-request-id it must match pattern/],
    ['field', { body: JSON.stringify({ ...problem, more: 1 }) }, /must NOT have unevaluated properties/],
    [
      'field left out',
      { body: JSON.stringify({ ...problem, detail: undefined }) },
      /must have required property 'detail'/,
    ],
    ['code', { body: JSON.stringify({ ...problem, code: 'E601' }) }, /it\/code must be equal to one of/],
    ['media type', { headers: { ...answer.headers, 'content-type': 'text/html' } }, /an undocumented text\/html/],
    ['place', { path: '/api/v1/nothing', status: 200, headers: {}, body: '' }, /nothing is documented/],
  ])('when it is a %s, then it is found', (_, change, fault) => {
    expect(faultsOf({ ...answer, ...change }).join('\n')).toMatch(fault);
  });
});
