import { ErrorCode as RpcCode, McpError } from '@modelcontextprotocol/sdk/types.js';
import { AppError, isErrorCode, type ErrorCode } from '../../errors.js';
import type { ToolAnswer } from './tool-answer.js';

/** What a call was for: the code of a failure that says nothing else of itself. */
export type CallPurpose = 'convert' | 'export' | 'release';

const FAILURES: Readonly<Record<CallPurpose, readonly [code: ErrorCode, message: string]>> = {
  convert: ['E302', 'The converter could not convert the document.'],
  export: ['E303', 'The converter could not export the document.'],
  release: ['E201', 'The converter could not release the document.'],
};

/** JSON-RPC errors, thrown or, by servers on the SDK, as the text of a tool error. */
const RPC_ERRORS: ReadonlyMap<number, readonly [code: ErrorCode, message: string]> = new Map([
  [RpcCode.ConnectionClosed, ['E201', 'The converter ended while it worked on the document.']],
  [RpcCode.RequestTimeout, ['E202', 'The converter did not answer in time.']],
  [RpcCode.ParseError, ['E203', 'The converter could not read the request.']],
  [RpcCode.InvalidRequest, ['E203', 'The converter refused the request.']],
  [RpcCode.InvalidParams, ['E203', 'The converter refused its parameters.']],
  [RpcCode.MethodNotFound, ['E204', 'The converter does not offer the tool.']],
]);

/** How servers say that a tool is unknown: the SDKs of TypeScript and Python answer a tool error. */
const UNKNOWN_TOOL = /^(?:MCP error -32602: )?(?:Tool \S+ not found|Unknown tool)/;
const RPC_ERROR_TEXT = /^MCP error (-\d+):/;

/**
 * The AppError for what a call threw. Everything that is no JSON-RPC error is trouble with the
 * connection, such as a refused or broken HTTP request.
 */
export function fromThrown(error: unknown, purpose: CallPurpose): AppError {
  if (error instanceof AppError) return error;
  if (!(error instanceof McpError)) {
    return new AppError('E201', 'The converter cannot be reached.', { cause: error });
  }
  const [code, message] = RPC_ERRORS.get(error.code) ?? FAILURES[purpose];
  return new AppError(code, message, { cause: error });
}

/**
 * The AppError for an answer with `isError`: the code and message of the built-in converter, else
 * by what the text says. Another server's text may name paths, so it only becomes the cause.
 */
export function fromToolError({ fields, text = '' }: ToolAnswer, purpose: CallPurpose): AppError {
  if (typeof fields.code === 'string' && isErrorCode(fields.code) && typeof fields.message === 'string') {
    return new AppError(fields.code, fields.message);
  }
  const rpcCode = UNKNOWN_TOOL.test(text) ? RpcCode.MethodNotFound : Number(RPC_ERROR_TEXT.exec(text)?.[1]);
  const [code, message] = RPC_ERRORS.get(rpcCode) ?? FAILURES[purpose];
  return new AppError(code, message, { cause: new Error(text.slice(0, 2000)) });
}

/** Whether the converter may still be at work, or is gone, so that it must not be used again. */
export function endsConnection(error: unknown): boolean {
  return !(error instanceof AppError) || error.code === 'E201' || error.code === 'E202';
}
