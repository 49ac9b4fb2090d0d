import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  createConverter,
  type ConverterOptions,
  type PooledConverter,
} from '../../src/conversion/client/create-converter.js';
import type { CallOptions, ConversionSource } from '../../src/conversion/client/converter.js';

/** A signal that never fires. */
export const never = new AbortController().signal;
export const patient: CallOptions = { signal: never, timeoutMs: 20_000 };

/** Converters and files of one test, all gone after `close`. */
export class ConverterFixture {
  private readonly converters: PooledConverter[] = [];

  private constructor(readonly folder: string) {}

  static async create(): Promise<ConverterFixture> {
    return new ConverterFixture(await mkdtemp(path.join(tmpdir(), 'converter-')));
  }

  /** By default the built-in converter with one child, compiled by `npm run build`. */
  converter(options: Partial<ConverterOptions> = {}): PooledConverter {
    const converter = createConverter({ url: undefined, command: undefined, memoryMb: 256, poolSize: 1, ...options });
    this.converters.push(converter);
    return converter;
  }

  async source(fileName: string, content: string): Promise<ConversionSource> {
    const file = path.join(this.folder, fileName);
    await writeFile(file, content);
    return { path: file, fileName, format: path.extname(fileName).slice(1) };
  }

  output(name: string): string {
    return path.join(this.folder, name);
  }

  async close(): Promise<void> {
    await Promise.all(this.converters.map((converter) => converter.close()));
    await rm(this.folder, { recursive: true });
  }
}

/** Whether a process is there that this one may signal. */
export function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
