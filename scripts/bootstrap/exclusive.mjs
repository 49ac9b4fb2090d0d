import { createHash } from 'node:crypto';
import { rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { ROOT } from './checkout.mjs';

const POLL_MS = 500;
const TIMEOUT_MS = 20 * 60_000;

/**
 * Runs `work` while no other process on this machine does so in the same checkout. The lock is a
 * listening socket, which the system closes with the last process that
 * holds it: none can be left behind by a kill.
 *
 * @template T
 * @param {(lock: import('./command.mjs').Lock) => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function exclusively(work) {
  const server = await acquire();
  try {
    return await work(server);
  } finally {
    server.close();
  }
}

async function acquire() {
  const address = socketOf(ROOT);
  for (let waited = 0; waited < TIMEOUT_MS; waited += POLL_MS) {
    const server = await listen(address);
    if (server !== undefined) return server;
    if (process.platform === 'darwin') await removeDeadSocket(address);
    if (waited === 0) console.log('another process is installing or building here; waiting for it …');
    await delay(POLL_MS);
  }
  throw new Error(`Another process has been installing or building in ${ROOT} for too long: end it and try again.`);
}

/** @param {string} directory */
function socketOf(directory) {
  const name = `docling-jobs-${createHash('sha256').update(directory).digest('hex').slice(0, 16)}`;
  if (process.platform === 'linux') return `\0${name}`;
  return process.platform === 'win32' ? `\\\\.\\pipe\\${name}` : path.join('/tmp', `${name}.sock`);
}

/**
 * @param {string} address
 * @returns {Promise<import('node:net').Server | undefined>} undefined when another listens there
 */
function listen(address) {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy());
    server.once('error', (/** @type {NodeJS.ErrnoException} */ error) =>
      error.code === 'EADDRINUSE' ? resolve(undefined) : reject(error),
    );
    server.listen(address, () => resolve(server));
  });
}

/**
 * macOS has no sockets without a file, and leaves the file of a killed process.
 *
 * @param {string} address
 */
function removeDeadSocket(address) {
  return new Promise((resolve) => {
    const socket = connect(address, () => resolve(socket.destroy()));
    socket.once('error', () => resolve(rmSync(address, { force: true })));
  });
}
