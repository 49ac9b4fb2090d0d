import { mkdtemp } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { InputStorage } from '../../../src/storage/input-storage.js';
test('x', async () => {
  const s = new InputStorage(await mkdtemp('/tmp/apiscratch/'));
  const t=setTimeout(()=>console.log(process.getActiveResourcesInfo()),1000);
  console.log(await s.store(Readable.from([Buffer.from('abc')]), {maxBytes: 10, signal: new AbortController().signal}));
  clearTimeout(t);
}, 3000);
