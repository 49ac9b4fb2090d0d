const POLL_MS = 500;

/**
 * Ends this process as by SIGTERM once npm has ended. npm runs scripts below a shell, which a SIGTERM
 * to npm kills without its passing the signal on: the service would run on with nobody to stop it.
 */
export function endWithNpm() {
  if (process.env.npm_lifecycle_event === undefined) return;
  const shell = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === shell) return;
    clearInterval(timer);
    process.kill(process.pid, 'SIGTERM');
  }, POLL_MS);
  timer.unref();
}
