import { once } from 'node:events';
import net, { type AddressInfo } from 'node:net';
import { Database } from '../../src/database/database.js';

/** `type`, the length of what follows with itself, and that. */
function message(type: string, content: Buffer): Buffer {
  const head = Buffer.alloc(5, type);
  head.writeInt32BE(content.length + 4, 1);
  return Buffer.concat([head, content]);
}

const READY = Buffer.concat([message('R', Buffer.alloc(4)), message('Z', Buffer.from('I'))]);
const TERMINATED = message(
  'E',
  Buffer.from('SFATAL\0C57P01\0Mterminating connection due to administrator command\0\0'),
);

/**
 * A connection that an operator killed in the moment in which it was opened ended the whole process. A real
 * server cannot be made to put both messages into one packet, so this one only speaks its first words.
 */
describe('a connection that is killed while it opens', () => {
  test('when the farewell comes along with the welcome, then the statement fails with E401, and nothing else', async () => {
    const server = net.createServer((socket) => {
      socket.on('error', () => undefined);
      socket.once('data', () => socket.end(Buffer.concat([READY, TERMINATED])));
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const database = new Database({
      url: `postgres://someone@127.0.0.1:${port}/any`,
      applicationName: 'test',
      poolSize: 1,
      poolTimeoutMs: 1_000,
      poolMaxWaiting: 1,
      statementTimeoutMs: 1_000,
      preparedStatements: false,
      direct: true,
    });
    try {
      await expect(database.query('server/ping', [])).rejects.toMatchObject({ code: 'E401' });
    } finally {
      await database.close();
      server.close();
    }
  });
});
