import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { run } from './command.mjs';

const POLICY = '/usr/sbin/policy-rc.d';
const SAVED_POLICY = `${POLICY}.docling-jobs-saved`;
const MARK = '# docling-jobs: no service starts while its tests install packages';
const UPDATE_TIMEOUT_MS = 180_000;
const INSTALL_TIMEOUT_MS = 600_000;
const UPDATE_TRIES = 3;

/** Whether this process may install Debian packages. */
export function canInstall() {
  return process.getuid?.() === 0 && existsSync('/etc/debian_version') && existsSync('/usr/bin/apt-get');
}

/**
 * Installs Debian packages without asking anything and without starting their services.
 *
 * @param {readonly string[]} packages
 * @returns {Promise<boolean>} whether it worked; its output says why not
 */
export async function installDebianPackages(packages) {
  forbidServices();
  try {
    if (!(await updateLists())) return false;
    const install = () => aptGet(['install', '--yes', '--no-install-recommends', ...packages], INSTALL_TIMEOUT_MS);
    if ((await install()) === 0) return true;
    // An installation that was interrupted earlier has to be finished first.
    await run('dpkg', ['--configure', '-a'], { env: quietly(), timeoutMs: INSTALL_TIMEOUT_MS });
    return (await install()) === 0;
  } finally {
    allowServices();
  }
}

async function updateLists() {
  for (let tried = 1; tried <= UPDATE_TRIES; tried += 1) {
    if ((await aptGet(['update'], UPDATE_TIMEOUT_MS)) === 0) return true;
    console.error(`apt-get update failed (${tried} of ${UPDATE_TRIES})`);
    if (tried < UPDATE_TRIES) await delay(5_000 * tried);
  }
  return false;
}

/**
 * @param {readonly string[]} args
 * @param {number} timeoutMs
 */
function aptGet(args, timeoutMs) {
  const options = [
    '-qq',
    '-o',
    'DPkg::Lock::Timeout=120',
    '-o',
    'Acquire::Retries=2',
    '-o',
    'Acquire::http::Timeout=30',
  ];
  return run('apt-get', [...options, ...args], { env: quietly(), timeoutMs });
}

function quietly() {
  return { ...process.env, DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C' };
}

/** Debian asks this script before it starts a service; 101 is "no". One of the machine's own is put aside. */
function forbidServices() {
  if (existsSync(POLICY) && !isOurPolicy()) renameSync(POLICY, SAVED_POLICY);
  writeFileSync(POLICY, `#!/bin/sh\n${MARK}\nexit 101\n`, { mode: 0o755 });
  process.on('exit', allowServices);
}

/** Also mends what a killed run left behind, since that leaves our policy and the saved one in place. */
function allowServices() {
  if (existsSync(POLICY) && isOurPolicy()) rmSync(POLICY);
  if (existsSync(SAVED_POLICY)) renameSync(SAVED_POLICY, POLICY);
  process.off('exit', allowServices);
}

function isOurPolicy() {
  return readFileSync(POLICY, 'utf8').includes(MARK);
}
