import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { transform } from '@swc/core';

const SOURCE = path.resolve('src');
const PARTS = 'database/embedded';
const CACHE = path.resolve('node_modules/.cache');

/** Says on standard output what happens, and ends its use of the server when its standard input ends. */
const PROGRAM = `
import { ensureEmbeddedPostgres } from './database/embedded/index.js';
const say = (message) => process.stdout.write(JSON.stringify(message) + '\\n');
const server = await ensureEmbeddedPostgres({ dataDir: process.argv[2], log: (log) => say({ log }), timeoutMs: 60000 });
say({ port: server.port, adopted: server.adopted });
process.stdin.on('end', () => server.release()).resume();
`;

interface Message {
  readonly log?: string;
  readonly port?: number;
  readonly adopted?: boolean;
}

/** The source compiled for processes of their own, independent of whether and when `dist` was built. */
export interface CompiledEmbeddedPostgres {
  start(dataDir: string): EmbeddedPostgresProcess;
  remove(): Promise<void>;
}

export async function compileEmbeddedPostgres(): Promise<CompiledEmbeddedPostgres> {
  await mkdir(CACHE, { recursive: true });
  const directory = await mkdtemp(path.join(CACHE, 'embedded-postgres-'));
  await mkdir(path.join(directory, PARTS), { recursive: true });
  const parts = (await readdir(path.join(SOURCE, PARTS))).map((name) => path.join(PARTS, name));
  for (const name of [...parts, 'atomic-file.ts', 'durable-file.ts']) {
    const { code } = await transform(await readFile(path.join(SOURCE, name), 'utf8'), {
      jsc: { target: 'es2022', parser: { syntax: 'typescript' } },
      module: { type: 'es6' },
    });
    await writeFile(path.join(directory, name.replace(/\.ts$/, '.js')), code);
  }
  await writeFile(path.join(directory, 'package.json'), '{"type":"module"}');
  await writeFile(path.join(directory, 'program.js'), PROGRAM);
  return {
    start: (dataDir) => new EmbeddedPostgresProcess(path.join(directory, 'program.js'), dataDir),
    remove: () => rm(directory, { recursive: true }),
  };
}

/** A process of its own that uses the embedded PostgreSQL of a data folder. */
export class EmbeddedPostgresProcess {
  private readonly child: ChildProcess;
  private readonly messages: Message[] = [];
  private errors = '';
  private readonly waiting = new Set<() => void>();

  constructor(program: string, dataDir: string) {
    const child = spawn(process.execPath, [program, dataDir], {
      stdio: 'pipe',
      env: { ...process.env, NODE_OPTIONS: '' },
    });
    createInterface({ input: child.stdout }).on('line', (line) => {
      this.messages.push(JSON.parse(line) as Message);
      this.wake();
    });
    child.stderr.on('data', (text: Buffer) => (this.errors += text.toString()));
    child.on('exit', () => this.wake());
    this.child = child;
  }

  /** Resolves once the server is ready; rejects if the process ends before. */
  async ready(): Promise<{ port: number; adopted: boolean }> {
    const { port, adopted } = await this.message((message) => message.port !== undefined);
    return { port: port!, adopted: adopted! };
  }

  /** Resolves once the process has logged a line that contains `text`. */
  async logged(text: string): Promise<void> {
    await this.message((message) => message.log?.includes(text) ?? false);
  }

  async kill(): Promise<void> {
    this.child.kill('SIGKILL');
    await this.exit();
  }

  async release(): Promise<void> {
    this.child.stdin?.end();
    await this.exit();
  }

  private async exit(): Promise<void> {
    if (this.child.exitCode === null && this.child.signalCode === null) await once(this.child, 'exit');
  }

  private async message(matches: (message: Message) => boolean): Promise<Message> {
    for (;;) {
      const found = this.messages.find(matches);
      if (found) return found;
      if (this.child.exitCode !== null) throw new Error(`the process ended: ${this.errors}`);
      await new Promise<void>((resolve) => this.waiting.add(resolve));
    }
  }

  private wake(): void {
    for (const resolve of this.waiting) resolve();
    this.waiting.clear();
  }
}
