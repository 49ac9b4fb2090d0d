import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** A way to a server that a test can break in every manner in which networks break. */
export class TcpProxy {
  private server: Server | undefined;
  private port = 0;
  private readonly pairs = new Set<readonly [client: Socket, upstream: Socket]>();
  private mode: 'open' | 'frozen' | 'deaf' = 'open';

  constructor(private readonly targetPort: () => number) {}

  /** Listens; on the same port as before, if it did already. Returns the port. */
  async open(): Promise<number> {
    this.mode = 'open';
    if (this.server) return this.port;
    const server = createServer((client) => this.accept(client));
    server.listen(this.port, '127.0.0.1');
    await once(server, 'listening');
    this.server = server;
    this.port = (server.address() as AddressInfo).port;
    return this.port;
  }

  /** Cuts every connection; new ones still come through. */
  cut(): void {
    for (const [client, upstream] of this.pairs) {
      client.destroy();
      upstream.destroy();
    }
  }

  /** Cuts every connection and refuses new ones, until `open`. */
  async refuse(): Promise<void> {
    const closed = this.server && once(this.server, 'close');
    this.server?.close();
    this.server = undefined;
    this.cut();
    await closed;
  }

  /** Half-open: nothing passes any more, on connections old and new, and nobody is told. After `open` only new ones work. */
  freeze(): void {
    this.mode = 'frozen';
    for (const [client, upstream] of this.pairs) {
      client.unpipe(upstream);
      upstream.unpipe(client);
      client.resume();
      upstream.resume();
    }
  }

  /** What clients send arrives; what is answered does not. */
  deafen(): void {
    this.mode = 'deaf';
    for (const [client, upstream] of this.pairs) {
      upstream.unpipe(client);
      upstream.resume();
    }
  }

  private accept(client: Socket): void {
    client.on('error', () => undefined); // `close` follows
    if (this.mode === 'frozen') {
      client.resume();
      return;
    }
    const upstream = connect(this.targetPort(), '127.0.0.1');
    upstream.on('error', () => undefined); // `close` follows
    const pair = [client, upstream] as const;
    this.pairs.add(pair);
    const end = () => {
      client.destroy();
      upstream.destroy();
      this.pairs.delete(pair);
    };
    client.once('close', end);
    upstream.once('close', end);
    client.pipe(upstream);
    upstream.pipe(client);
  }
}
