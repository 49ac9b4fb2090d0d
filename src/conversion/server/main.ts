/**
 * A converter child: the built-in MCP server on its standard input and output.
 *
 *   node main.js [MEGABYTES]    that it may have in memory, all in all; beyond, it ends itself
 */
import { Console } from 'node:console';
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import { createServer } from './server.js';
import { startWatchdog } from './watchdog.js';

const [megabytes] = process.argv.slice(2);
startWatchdog(megabytes === undefined ? {} : { maxResidentBytes: Number(megabytes) * 1024 * 1024 });
// Ctrl-C and many a supervisor signal the whole process group: this child ends when its parent is done with it.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => undefined);
process.stdin.on('end', () => process.exit(0));
// The standard output carries the protocol and nothing else, whatever a reader's library prints.
globalThis.console = new Console(process.stderr);
await createServer().connect(new StdioServerTransport());
