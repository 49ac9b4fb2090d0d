import { setTimeout as delay } from 'node:timers/promises';

/** Looks until the condition holds; for what another process does, which sends no signal here. */
export async function until(condition: () => Promise<boolean> | boolean, limitMs = 20_000): Promise<void> {
  const deadline = performance.now() + limitMs;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`It did not come about within ${limitMs} ms: ${condition}`);
    await delay(20);
  }
}
