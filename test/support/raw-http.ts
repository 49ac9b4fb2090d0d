import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** A connection on which a test writes whatever it likes, and sees what comes back. */
export interface RawConnection {
  readonly socket: Socket;
  /** Sends the text, and waits until the system has taken it. */
  send(text: string | Buffer): Promise<void>;
  /** All that was received when `pattern` was; rejects when the connection ends without it. */
  receive(pattern: RegExp): Promise<string>;
  /** Resolves with all that was received, once the other side has closed. */
  untilClosed(): Promise<string>;
}

export async function connectRaw(port: number): Promise<RawConnection> {
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  let received = '';
  socket.setEncoding('utf8').on('data', (text: string) => (received += text));
  socket.on('error', () => undefined); // `close` follows
  const closed = once(socket, 'close');
  return {
    socket,
    send: (text) =>
      new Promise((resolve, reject) => {
        socket.write(text, (error) => {
          if (error) reject(error);
          else resolve();
        });
      }),
    receive: async (pattern) => {
      while (!pattern.test(received)) {
        if (socket.destroyed) throw new Error(`closed after: ${received}`);
        await Promise.race([once(socket, 'data'), closed]);
      }
      return received;
    },
    untilClosed: async () => {
      await closed;
      return received;
    },
  };
}

/** A part of a form as it goes over the wire. */
export function formPart(headers: string, content: string): string {
  return `--edge\r\nContent-Disposition: form-data; ${headers}\r\n\r\n${content}\r\n`;
}

export const FORM_END = '--edge--\r\n';

export function formRequest(bodyHeader: string): string {
  return [
    'POST /api/v1/process HTTP/1.1',
    'Host: localhost',
    'Content-Type: multipart/form-data; boundary=edge',
    bodyHeader,
    '\r\n',
  ].join('\r\n');
}

/** A piece of a body with `Transfer-Encoding: chunked`. */
export function chunk(content: string): string {
  return `${Buffer.byteLength(content).toString(16)}\r\n${content}\r\n`;
}
