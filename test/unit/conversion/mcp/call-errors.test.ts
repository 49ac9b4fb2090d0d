import { McpError } from '@modelcontextprotocol/sdk/types.js';
import {
  endsConnection,
  fromThrown,
  fromToolError,
  type CallPurpose,
} from '../../../../src/conversion/client/call-errors.js';
import { readAnswer } from '../../../../src/conversion/client/tool-answer.js';
import { AppError } from '../../../../src/errors.js';

describe('what a call throws', () => {
  it.each<[number, CallPurpose, string]>([
    [-32000, 'convert', 'E201'],
    [-32001, 'convert', 'E202'],
    [-32602, 'export', 'E203'],
    [-32601, 'export', 'E204'],
    [-32603, 'convert', 'E302'],
    [-32603, 'export', 'E303'],
    [-32603, 'release', 'E201'],
  ])('when the JSON-RPC error is %d during %s, then %s', (code, purpose, expected) => {
    const cause = new McpError(code, 'secret /srv/path');
    const error = fromThrown(cause, purpose);
    expect(error).toMatchObject({ code: expected, cause, message: expect.not.stringContaining('/srv') });
  });

  it('when it is no JSON-RPC error, then the connection is at fault', () => {
    expect(fromThrown(new TypeError('fetch failed'), 'convert')).toMatchObject({ code: 'E201' });
  });

  it('when it is an AppError already, then it stays', () => {
    const error = new AppError('E305', 'large');
    expect(fromThrown(error, 'export')).toBe(error);
  });
});

describe('what a tool error says', () => {
  it.each<[string, CallPurpose, string, string | RegExp]>([
    ['{"code":"E004","message":"It is encrypted."}', 'convert', 'E004', 'It is encrypted.'],
    ['{"code":"E999","message":"/srv/x"}', 'convert', 'E302', /converter/],
    ['MCP error -32602: Tool convert_odt not found', 'convert', 'E204', /tool/],
    ['Unknown tool: convert_odt', 'convert', 'E204', /tool/],
    ['MCP error -32602: Input validation error: source', 'convert', 'E203', /parameters/],
    ['Error executing tool: /srv/x', 'convert', 'E302', /could not convert/],
    ['Error executing tool: /srv/x', 'export', 'E303', /could not export/],
  ])('when the text is %s during %s, then %s', (text, purpose, code, message) => {
    const error = fromToolError(readAnswer({ isError: true, content: [{ type: 'text', text }] }), purpose);
    expect(error).toMatchObject({ code, message: expect.stringMatching(message) });
  });

  it('when it has no text at all, then the purpose decides', () => {
    expect(fromToolError(readAnswer({ isError: true, content: [] }), 'convert')).toMatchObject({ code: 'E302' });
  });
});

describe('an answer', () => {
  const text = '{"document_key":"k"}';

  it.each([
    [{ content: [], structuredContent: { document_key: 'k' } }, { document_key: 'k' }],
    [{ content: [{ type: 'text' as const, text }] }, { document_key: 'k' }],
    [{ content: [{ type: 'text' as const, text: '{broken' }] }, {}],
    [{ content: [{ type: 'text' as const, text: '# Title' }] }, {}],
  ])('when it is %j, then its fields are %j', (result, fields) => {
    expect(readAnswer(result).fields).toEqual(fields);
  });
});

it('when the converter is gone, late, or was stopped, then the connection is not used again', () => {
  const after = (error: unknown) => endsConnection(error);
  expect([new AppError('E201', ''), new AppError('E202', ''), new Error('stopped')].map(after)).toEqual([
    true,
    true,
    true,
  ]);
  expect([new AppError('E004', ''), new AppError('E303', '')].map(after)).toEqual([false, false]);
});
