import { ExportSlots } from '../../../src/jobs/export-slots.js';

describe('ExportSlots', () => {
  it('when all slots are taken, then E601, until one is free again, even by a failure', async () => {
    const slots = new ExportSlots(1);
    let fail: (error: Error) => void = () => undefined;
    const first = slots.run(() => new Promise((_resolve, reject) => (fail = reject)));

    await expect(slots.run(() => Promise.resolve())).rejects.toMatchObject({ code: 'E601', retryAfterSeconds: 10 });
    fail(new Error('broke off'));
    await expect(first).rejects.toThrow('broke off');
    await expect(slots.run(() => Promise.resolve('done'))).resolves.toBe('done');
  });
});
