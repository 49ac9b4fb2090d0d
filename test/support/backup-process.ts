import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { ROOT } from './generated.js';

/** The compiled command, or its script, run for real, and what it prints. */
export class BackupProcess {
  private readonly child: ChildProcess;
  private readonly exit: Promise<number | null>;
  output = '';

  /**
   * @param args of `npm run backup`; `script` for the script
   * @param settings the whole environment beside `PATH`
   */
  constructor(args: readonly string[], settings: NodeJS.ProcessEnv) {
    const [file, given] =
      args[0] === 'script'
        ? [path.join(ROOT, 'scripts/test-backup-restore.sh'), args.slice(1)]
        : [process.execPath, [path.join(ROOT, 'dist/backup.js'), ...args]];
    this.child = spawn(file, given, {
      env: { PATH: process.env['PATH'], ...settings },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [this.child.stdout!, this.child.stderr!]) {
      stream.on('data', (chunk: Buffer) => (this.output += chunk.toString()));
    }
    this.exit = once(this.child, 'close').then(([code]) => code as number | null);
  }

  signal(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  /** Process ids of the programs that it runs. */
  children(): number[] {
    const { pid } = this.child;
    const list = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8');
    return list.split(' ').filter(Boolean).map(Number);
  }

  signalChildren(signal: NodeJS.Signals): void {
    for (const pid of this.children()) process.kill(pid, signal);
  }

  /** Its exit code, once it has ended. */
  ended(): Promise<number | null> {
    return this.exit;
  }

  async destroy(): Promise<void> {
    if (this.child.exitCode === null && this.child.signalCode === null) this.signal('SIGKILL');
    await this.exit;
  }
}
