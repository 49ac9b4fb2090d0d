import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { faultsOf } from './documented-answers.js';

/** Of a body; a longer one is judged by its beginning. */
const MAX_BODY_BYTES = 16 * 1024 * 1024;

/** Notes, for every answer of the server from now on, what the OpenAPI document does not say of it. */
export function watchAnswers(server: Server): readonly string[] {
  const faults: string[] = [];
  server.prependListener('request', (request: IncomingMessage, response: ServerResponse) => {
    const body = recordBody(response);
    response.once('close', () => {
      if (!response.headersSent) return;
      const headers = Object.entries(response.getHeaders()).map(([name, value]) => [name, String(value)] as const);
      faults.push(
        ...faultsOf({
          method: request.method ?? '',
          path: request.url ?? '',
          status: response.statusCode,
          headers: Object.fromEntries(headers),
          body: response.writableFinished ? body() : undefined,
        }),
      );
    });
  });
  return faults;
}

function recordBody(response: ServerResponse): () => string {
  const chunks: Buffer[] = [];
  let bytes = 0;
  const note = (chunk: unknown) => {
    if (bytes > MAX_BODY_BYTES || !(typeof chunk === 'string' || chunk instanceof Uint8Array)) return;
    chunks.push(Buffer.from(chunk as string));
    bytes += chunks.at(-1)!.length;
  };
  const { write, end } = response;
  response.write = ((...args: Parameters<typeof write>) => {
    note(args[0]);
    return write.apply(response, args);
  }) as typeof write;
  response.end = ((...args: Parameters<typeof end>) => {
    note(args[0]);
    return end.apply(response, args);
  }) as typeof end;
  return () => Buffer.concat(chunks).toString('utf8');
}
