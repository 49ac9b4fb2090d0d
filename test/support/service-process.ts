import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { ROOT } from './generated.js';

/** One compiled process of the service, run for real, and what it prints. */
export class ServiceProcess {
  readonly child: ChildProcess;
  private readonly exit: Promise<number | null>;
  private output = '';
  private heard: () => void = () => undefined;

  /** @param settings the whole environment beside `PATH` and free ports. */
  constructor(entry: 'web.js' | 'worker.js' | 'pgbouncer-exporter.js', settings: NodeJS.ProcessEnv) {
    this.child = spawn(process.execPath, [path.join(ROOT, 'dist', entry)], {
      env: { PATH: process.env['PATH'], PORT: '0', METRICS_PORT: '0', ...settings },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [this.child.stdout!, this.child.stderr!]) {
      stream.on('data', (chunk: Buffer) => {
        this.output += chunk.toString();
        this.heard();
      });
    }
    this.exit = once(this.child, 'exit').then(([code]) => code as number | null);
  }

  /** Resolves with the first match in what it prints; rejects when it ends without one. */
  async says(pattern: RegExp): Promise<RegExpExecArray> {
    let ended = false;
    for (;;) {
      const match = pattern.exec(this.output);
      if (match) return match;
      if (ended) throw new Error(`it ended without saying ${pattern}:\n${this.output}`);
      ended = await Promise.race([
        this.exit.then(() => true),
        new Promise<false>((resolve) => (this.heard = () => resolve(false))),
      ]);
    }
  }

  signal(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  /** Its exit code, once it has ended. */
  ended(): Promise<number | null> {
    return this.exit;
  }

  /** Ends it, however it is. */
  async destroy(): Promise<void> {
    if (this.child.exitCode === null && this.child.signalCode === null) {
      this.signal('SIGCONT');
      this.signal('SIGKILL');
    }
    await this.exit;
  }
}
