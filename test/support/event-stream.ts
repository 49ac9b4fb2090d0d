import { once } from 'node:events';
import { get, type ClientRequest, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';

/** A server-sent event as a browser would hand it on. */
export interface StreamedEvent {
  readonly id: number;
  readonly event: string;
  readonly data: Record<string, unknown>;
}

/** An event stream as its reader sees it. */
export interface EventStream {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** Everything received so far, as it came. */
  text(): string;
  /** The next event, or undefined once the stream has ended. */
  next(): Promise<StreamedEvent | undefined>;
  /** All events until the stream ends. */
  rest(): Promise<StreamedEvent[]>;
  /** Resolves when what was received matches. */
  receive(pattern: RegExp): Promise<void>;
  /** Hangs up. */
  close(): void;
}

/** Opens the stream of a job, on a connection of its own; resolves with the head of the answer. */
export async function openEventStream(
  port: number,
  jobId: string,
  { headers = {}, query = '' }: { readonly headers?: Record<string, string>; readonly query?: string } = {},
): Promise<EventStream> {
  const request = get({ host: '127.0.0.1', port, path: `/api/v1/jobs/${jobId}/events${query}`, headers, agent: false });
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  return readEventStream(request, response);
}

function readEventStream(request: ClientRequest, response: IncomingMessage): EventStream {
  let text = '';
  let read = 0;
  let ended = false;
  let tell: () => void = () => undefined;
  response.setEncoding('utf8').on('data', (piece: string) => {
    text += piece;
    tell();
  });
  response.on('error', () => undefined); // `close` follows
  response.on('close', () => {
    ended = true;
    tell();
  });
  const more = () => new Promise<void>((resolve) => (tell = resolve));

  const next = async (): Promise<StreamedEvent | undefined> => {
    for (;;) {
      const end = text.indexOf('\n\n', read);
      if (end >= 0) {
        const event = parse(text.slice(read, end));
        read = end + 2;
        if (event) return event;
      } else {
        if (ended) return undefined;
        await more();
      }
    }
  };
  return {
    status: response.statusCode ?? 0,
    headers: response.headers,
    text: () => text,
    next,
    rest: async () => {
      const events: StreamedEvent[] = [];
      for (let event = await next(); event; event = await next()) events.push(event);
      return events;
    },
    receive: async (pattern) => {
      while (!pattern.test(text)) {
        if (ended) throw new Error(`the stream ended without ${pattern}: ${text}`);
        await more();
      }
    },
    close: () => request.destroy(),
  };
}

/** Undefined for a comment, or for what only sets the time of a reconnect. */
function parse(message: string): StreamedEvent | undefined {
  const fields = new Map(
    message
      .split('\n')
      .filter((line) => !line.startsWith(':'))
      .map((line) => [line.slice(0, line.indexOf(': ')), line.slice(line.indexOf(': ') + 2)] as const),
  );
  const data = fields.get('data');
  if (data === undefined) return undefined;
  return {
    id: Number(fields.get('id')),
    event: fields.get('event') ?? '',
    data: JSON.parse(data) as Record<string, unknown>,
  };
}
