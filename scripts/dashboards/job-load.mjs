import { setTimeout as delay } from 'node:timers/promises';
import { cancel, submitBroken, submitFile, submitUrl } from '../alerts-drill/documents.mjs';

const PAUSE_MS = 1_500;

const DOCUMENTS = {
  'report.md': '# Report\n\nA paragraph.\n\n| a | b |\n| - | - |\n| 1 | 2 |\n',
  'page.html': '<h1>Page</h1><p>A paragraph.</p><ul><li>one</li><li>two</li></ul>',
  'table.csv': 'name,amount\nfirst,1\nsecond,2\n',
};

/** Jobs of all kinds, over and over: some end well, some fail, some are repeated, some are cancelled. */
export class JobLoad {
  #stop = new AbortController();
  /** @type {Promise<void> | undefined} */
  #running;

  /**
   * @param {string} service
   * @param {string} documents address of the server of slow and of unavailable documents
   */
  start(service, documents) {
    this.#running = this.#run(service, documents);
    this.#running.catch(() => undefined); // stop() tells of it
  }

  /** Resolves when the last of its requests has ended. @throws what kept it from going on */
  async stop() {
    this.#stop.abort();
    await this.#running;
  }

  /**
   * @param {string} service
   * @param {string} documents
   */
  async #run(service, documents) {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      for (const [name, content] of Object.entries(DOCUMENTS)) await submitFile(service, name, content);
      await submitBroken(service);
      await submitUrl(service, `${documents}/unavailable.txt`, 1);
      const slow = await submitUrl(service, `${documents}/slow.txt`);
      await delay(PAUSE_MS, undefined, { signal }).catch(() => undefined);
      await cancel(service, slow);
    }
  }
}
