import { once } from 'node:events';
import { createServer, get, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Response } from 'express';
import { streamResponse } from '../../../src/http/stream-response.js';

describe('streamResponse', () => {
  let server: Server;

  afterEach(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });

  /** Serves `chunks` to one request, and answers how it ended for either side. */
  const serve = async (chunks: AsyncGenerator<string, void, undefined>, stallMs?: number) => {
    server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const asked = get({ port: (server.address() as AddressInfo).port, host: '127.0.0.1' });
    asked.on('error', () => undefined);
    const [, response] = (await once(server, 'request')) as [IncomingMessage, ServerResponse];
    const writeHead = () => response.setHeader('X-Begun', 'yes');
    const sent = streamResponse(response as Response, chunks, writeHead, stallMs);
    return { asked, response, sent };
  };

  it('when all chunks are sent, then the answer is their text, and it has ended', async () => {
    const { asked, sent } = await serve(
      (async function* () {
        yield 'one ';
        yield '';
        await Promise.resolve();
        yield 'two';
      })(),
    );
    const [answer] = (await once(asked, 'response')) as [IncomingMessage];
    let text = '';
    for await (const piece of answer) text += String(piece);

    await sent;
    expect(text).toBe('one two');
    expect(answer.headers['x-begun']).toBe('yes');
  });

  it('when the first chunk fails, then nothing was sent, and the error can still be answered', async () => {
    const { response, sent } = await serve(
      (async function* () {
        await Promise.resolve();
        throw new Error('no rows');
      })(),
    );

    await expect(sent).rejects.toThrow('no rows');
    expect(response.headersSent).toBe(false);
    expect(response.destroyed).toBe(false);
    expect(response.hasHeader('X-Begun')).toBe(false);
  });

  it('when a later chunk fails, then the connection breaks off', async () => {
    let fail: () => void = () => undefined;
    const lost = new Promise<never>((_resolve, reject) => {
      fail = () => {
        reject(new Error('lost'));
      };
    });
    const { asked, sent } = await serve(
      (async function* () {
        yield 'one';
        await lost;
      })(),
    );
    const [answer] = (await once(asked, 'response')) as [IncomingMessage];

    fail();

    await expect(sent).rejects.toThrow('lost');
    await expect(answer.toArray()).rejects.toThrow('aborted');
  });

  it('when the client takes nothing for too long, then it is given up, and the chunks are told', async () => {
    let ended = false;
    const { asked, response, sent } = await serve(
      (async function* () {
        try {
          for (;;) yield 'x'.repeat(1024 * 1024);
        } finally {
          await Promise.resolve();
          ended = true;
        }
      })(),
      50,
    );
    asked.on('response', (answer: IncomingMessage) => answer.pause());

    await expect(sent).rejects.toMatchObject({ name: 'ClientGoneError' });
    expect(ended).toBe(true);
    expect(response.destroyed).toBe(true);
  });

  it('when the client goes before the first chunk is there, then the chunks are told', async () => {
    let ended = false;
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    const { asked, response, sent } = await serve(
      (async function* () {
        try {
          await held;
          yield 'too late';
        } finally {
          ended = true;
        }
      })(),
    );

    asked.destroy();
    await once(response, 'close');
    release();

    await expect(sent).rejects.toMatchObject({ name: 'ClientGoneError' });
    expect(ended).toBe(true);
  });
});
