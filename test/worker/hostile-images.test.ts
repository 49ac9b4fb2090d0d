import { HostileWorker } from '../support/hostile/hostile-worker.js';
import {
  bmpHeader,
  jpegHeader,
  png,
  tiffHeader,
  webpHeader,
  whitePixels,
  zlibBomb,
} from '../support/hostile/images.js';

let hostile: HostileWorker;
beforeAll(async () => {
  hostile = await HostileWorker.create();
});
afterAll(() => hostile.close());

describe('an image', () => {
  it.each<[string, Buffer]>([
    ['a.png', png(100_000, 100_000, zlibBomb(100))],
    ['a.jpg', jpegHeader(65_535, 65_535)],
    ['a.webp', webpHeader(16_000_000, 16_000_000)],
    ['a.tif', tiffHeader(4_000_000_000, 4_000_000_000)],
    ['a.bmp', bmpHeader(2_000_000_000, -2_000_000_000)],
  ])('when %s claims billions of pixels, then E305', async (fileName, content) => {
    const { job } = await hostile.work(fileName, content);

    expect(job).toMatchObject({ status: 'FAILED', error_code: 'E305' });
  });

  it.each<[string, Buffer]>([
    ['a.png', png(5_000, 5_000, zlibBomb(0))],
    ['a.jpg', jpegHeader(5_000, 5_000)],
    ['a.webp', webpHeader(5_000, 5_000)],
    ['a.tif', tiffHeader(5_000, 5_000)],
    ['a.bmp', bmpHeader(5_000, 5_000)],
  ])('when %s has no pixels at all, then E004, or it is an empty picture', async (fileName, content) => {
    const { job } = await hostile.work(fileName, content);

    expect(['E004', 'COMPLETE']).toContain(job.error_code ?? job.status);
  });

  it('when its few pixels inflate to a gigabyte, then the job ends by itself', async () => {
    const { job } = await hostile.work('a.png', png(10, 10, zlibBomb(1_000)));

    expect(['COMPLETE', 'E004', 'E302']).toContain(job.error_code ?? job.status);
  });

  it('when it is as large as is taken, then it is converted or says that memory is short', async () => {
    const { job } = await hostile.work('a.png', png(8_000, 5_000, whitePixels(8_000, 5_000)));

    expect(['COMPLETE', 'E302']).toContain(job.error_code ?? job.status);
  });
});
