import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import type { Wire } from './wire.js';

/** Bytes kept of what a child wrote last to its standard error. */
const LAST_WORDS_BYTES = 4096;

export interface ChildCommand {
  readonly command: string;
  readonly args: readonly string[];
  /** Hears what the child writes to its standard error. */
  readonly onStderr: (text: string) => void;
}

/**
 * A child process that speaks MCP on its standard input and output. Of the environment it gets
 * only the SDK's harmless few (`HOME`, `PATH`, …): a document's parser needs no database password.
 */
export function stdioWire({ command, args, onStderr }: ChildCommand): Wire {
  const transport = new StdioClientTransport({ command, args: [...args], stderr: 'pipe' });
  let lastWords = '';
  let pid: number | undefined;
  const start = transport.start.bind(transport);
  transport.start = async () => {
    await start();
    pid = transport.pid ?? undefined;
  };
  const unsent = new Set<(reason: Error) => void>();
  const send = transport.send.bind(transport);
  // The transport itself waits for ever for a child that died while a message was on its way to it.
  transport.send = (message) =>
    new Promise((resolve, reject) => {
      unsent.add(reject);
      void send(message)
        .then(resolve, reject)
        .finally(() => unsent.delete(reject));
    });
  transport.onclose = () => {
    pid = undefined; // once reaped, its number may be another process's
    for (const refuse of unsent) refuse(new Error('The child has ended.'));
    unsent.clear();
  };
  transport.stderr?.on('data', (chunk: Buffer) => {
    const text = chunk.toString('utf8');
    lastWords = (lastWords + text).slice(-LAST_WORDS_BYTES);
    onStderr(text);
  });
  return {
    transport,
    shared: false,
    get pid() {
      return pid;
    },
    lastWords: () => lastWords.trim(),
    kill: async () => {
      if (pid !== undefined) killProcess(pid);
      // The SDK's own way, end of input, SIGTERM, SIGKILL, takes seconds when the child is parsing;
      // after the kill it only waits until the streams are closed.
      await transport.close();
    },
  };
}

function killProcess(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    // It has just ended by itself.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
