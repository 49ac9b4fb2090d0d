import { readFile, stat } from 'node:fs/promises';
import { EXPORT_FORMATS, type ConversionSource } from '../../src/conversion/client/converter.js';
import type { PooledConverter } from '../../src/conversion/client/create-converter.js';
import { AppError } from '../../src/errors.js';
import { ConverterFixture, isRunning, never, patient } from '../support/converters.js';

const CSV = 'fruit,count\npear,3\n';

let fixture: ConverterFixture;
beforeEach(async () => {
  fixture = await ConverterFixture.create();
});
afterEach(() => fixture.close());

/** A session, and the id of the only child, which it holds. */
async function openWithPid(converter: PooledConverter) {
  const session = await converter.open(patient);
  const [pid] = converter.status.pids;
  return { session, pid: pid! };
}

/** A session whose child does not move, as in a parse that does not yield, and a call it is to answer. */
async function openStopped(converter: PooledConverter, options = patient) {
  const { session, pid } = await openWithPid(converter);
  process.kill(pid, 'SIGSTOP');
  const outcome = session.convert(await fixture.source('a.csv', CSV), options).catch((error: unknown) => error);
  return { session, pid, outcome };
}

async function expectWholeAgain(converter: PooledConverter, oldPid: number) {
  const { session, pid } = await openWithPid(converter);
  expect(pid).not.toBe(oldPid);
  await session.convert(await fixture.source('b.csv', CSV), patient);
  await session.release();
  expect(isRunning(oldPid)).toBe(false);
}

describe('a document', () => {
  it.each([
    ['csv', CSV],
    ['html', '<!doctype html><h1>Fruit</h1><p>A pear</p>'],
  ])('when it is %s, then it is converted and exported three ways', async (format, content) => {
    const session = await fixture.converter().open(patient);
    const source: ConversionSource = {
      ...(await fixture.source('input', content)),
      fileName: `Basket.${format}`,
      format,
    };
    const seen: number[] = [];

    const { toolName } = await session.convert(source, { ...patient, onProgress: (fraction) => seen.push(fraction) });
    expect(toolName).toBe(`convert_${format}`);
    expect(seen.at(-1)).toBe(1);
    for (const exportFormat of EXPORT_FORMATS) {
      const { sizeBytes } = await session.export(exportFormat, fixture.output(exportFormat), patient);
      expect(sizeBytes).toBe((await stat(fixture.output(exportFormat))).size);
      expect(await readFile(fixture.output(exportFormat), 'utf8')).toContain('pear');
    }
    expect(JSON.parse(await readFile(fixture.output('json'), 'utf8'))).toMatchObject({
      schema_name: 'DoclingDocument',
      name: 'Basket',
    });
    await session.release();
    await session.release();
    await expect(session.export('html', fixture.output('html'), patient)).rejects.toThrow(/released/);
  });

  it('when it is broken, then the reader says why, and the same child serves the next', async () => {
    const converter = fixture.converter();
    const { session, pid } = await openWithPid(converter);
    const broken = await fixture.source('a.pdf', '%PDF-1.7\nthat is all');
    await expect(session.convert(broken, patient)).rejects.toMatchObject({ code: 'E004' });
    await session.release();

    const next = await openWithPid(converter);
    expect(next.pid).toBe(pid);
    await next.session.release();
  });

  it('when no tool is for its format, then E204', async () => {
    const session = await fixture.converter().open(patient);
    const source = await fixture.source('a.dwg', 'x');
    await expect(session.convert(source, patient)).rejects.toMatchObject({ code: 'E204' });
    await session.release();
  });
});

describe('a child', () => {
  it('when it is killed in the middle of a conversion, then E201, and another takes its place', async () => {
    const converter = fixture.converter();
    const { session, pid, outcome } = await openStopped(converter);
    process.kill(pid, 'SIGKILL');

    expect(await outcome).toMatchObject({ code: 'E201' });
    await session.release();
    await expectWholeAgain(converter, pid);
  });

  it('when it does not answer in time, then E202, and it is ended and replaced', async () => {
    const converter = fixture.converter();
    const { session, pid, outcome } = await openStopped(converter, { signal: never, timeoutMs: 100 });

    expect(await outcome).toMatchObject({ code: 'E202' });
    await session.release();
    await expectWholeAgain(converter, pid);
  });

  it('when the call is aborted, then it rejects with the reason, and the child is ended and replaced', async () => {
    const converter = fixture.converter();
    const controller = new AbortController();
    const { session, pid, outcome } = await openStopped(converter, { signal: controller.signal, timeoutMs: 20_000 });
    const reason = new Error('cancelled by the user');
    controller.abort(reason);

    expect(await outcome).toBe(reason);
    await session.release();
    await expectWholeAgain(converter, pid);
  });

  it('when its session is released in the middle of a call, then it is ended and replaced', async () => {
    const converter = fixture.converter();
    const { session, pid, outcome } = await openStopped(converter);
    await session.release();

    expect(await outcome).toMatchObject({ code: 'E201' });
    await expectWholeAgain(converter, pid);
  });

  it('when it dies while idle, then another takes its place', async () => {
    const converter = fixture.converter();
    const { session, pid } = await openWithPid(converter);
    await session.release();
    process.kill(pid, 'SIGKILL');

    await expectWholeAgain(converter, pid);
  });

  it.each([
    ['has served its number of documents', { maxDocuments: 2 }, 2],
    ['holds on to more memory than it may', { maxResidentMb: 1 }, 1],
    ['does neither', {}, 3],
  ])('when it %s, then it is replaced and not before', async (_what, options, servedByFirst) => {
    const converter = fixture.converter(options);
    const pids: number[] = [];
    for (let round = 0; round < 3; round += 1) {
      const { session, pid } = await openWithPid(converter);
      await session.convert(await fixture.source('a.csv', CSV), patient);
      await session.release();
      pids.push(pid);
    }
    expect(pids.filter((pid) => pid === pids[0])).toHaveLength(servedByFirst);
  });

  it('when it is started, then it gets no secrets of the environment', async () => {
    process.env.CONVERTER_TEST_SECRET = 'secret';
    const { session, pid } = await openWithPid(fixture.converter());
    delete process.env.CONVERTER_TEST_SECRET;
    expect(await readFile(`/proc/${pid}/environ`, 'utf8')).not.toContain('CONVERTER_TEST_SECRET');
    await session.release();
  });
});

describe('waiting for a child', () => {
  it('when more wait than are served, then they are served in order of arrival', async () => {
    const converter = fixture.converter();
    const first = await converter.open(patient);
    const served: number[] = [];
    const others = [1, 2, 3].map(async (number) => {
      const session = await converter.open(patient);
      served.push(number);
      await session.release();
    });
    expect(converter.status).toMatchObject({ busy: 1, waiting: 3 });
    await first.release();
    await Promise.all(others);

    expect(served).toEqual([1, 2, 3]);
    expect(converter.status).toMatchObject({ idle: 1, busy: 0, waiting: 0 });
  });

  it('when too many wait, then the next is refused with E201', async () => {
    const converter = fixture.converter({ maxWaiting: 1 });
    const first = await converter.open(patient);
    const second = converter.open(patient);

    await expect(converter.open(patient)).rejects.toMatchObject({ code: 'E201' });
    await first.release();
    await (await second).release();
  });

  it('when none becomes free in time, then E202', async () => {
    const converter = fixture.converter();
    const first = await converter.open(patient);

    await expect(converter.open({ signal: never, timeoutMs: 50 })).rejects.toMatchObject({ code: 'E202' });
    expect(converter.status.waiting).toBe(0);
    await first.release();
  });

  it('when the wait is aborted, then it rejects with the reason, and no child is lost', async () => {
    const converter = fixture.converter();
    const first = await converter.open(patient);
    const controller = new AbortController();
    const waiting = converter.open({ signal: controller.signal, timeoutMs: 20_000 });
    const reason = new Error('stop');
    controller.abort(reason);

    await expect(waiting).rejects.toBe(reason);
    await first.release();
    expect(converter.status).toMatchObject({ idle: 1, busy: 0, waiting: 0 });
  });
});

describe('children that die at their start', () => {
  const command = `"${process.execPath}" -e "console.error('no such model'); process.exit(3)"`;

  it('when none comes up in time, then E201 with their last words, after few attempts', async () => {
    const failures: unknown[] = [];
    const converter = fixture.converter({ command, log: (_level, _message, details) => failures.push(details.reason) });
    const error = await converter.open({ signal: never, timeoutMs: 1_500 }).catch((reason: unknown) => reason);

    expect(error).toMatchObject({ code: 'E201' });
    expect(String((error as AppError).cause)).toContain('no such model');
    // Pauses of 0.25 s, 0.5 s, 1 s and so on leave no room for more.
    expect(failures.filter(Boolean).length).toBeLessThan(8);
  });

  it('when the command does not exist, then E201', async () => {
    const converter = fixture.converter({ command: '/nonexistent/converter' });
    await expect(converter.ping(300)).rejects.toMatchObject({ code: 'E201' });
  });

  it('when the command is no command line, then it is refused at once', () => {
    expect(() => fixture.converter({ command: 'node "x' })).toThrow(/command line/);
  });
});

describe('the converter', () => {
  it('when a child answers, or works, then ping resolves', async () => {
    const converter = fixture.converter();
    await converter.ping(20_000);
    const { session, pid, outcome } = await openStopped(converter);
    await expect(converter.ping(1_000)).resolves.toBeUndefined();
    process.kill(pid, 'SIGCONT');
    await outcome;
    await session.release();
  });

  it('when it is closed, then its children are gone, who works or waits gets E201, and repeating is safe', async () => {
    const converter = fixture.converter();
    const { session, pid, outcome } = await openStopped(converter);
    const waiting = converter.open(patient).catch((error: unknown) => error);
    await Promise.all([converter.close(), converter.close()]);

    expect(isRunning(pid)).toBe(false);
    expect(await outcome).toMatchObject({ code: 'E201' });
    expect(await waiting).toMatchObject({ code: 'E201' });
    await expect(converter.open(patient)).rejects.toMatchObject({ code: 'E201' });
    await session.release();
    expect(converter.status).toMatchObject({ idle: 0, busy: 0, starting: 0, pids: [] });
  });

  it('when it is closed while children start, then none is left', async () => {
    const converter = fixture.converter({ poolSize: 2 });
    await converter.close();
    expect(converter.status).toMatchObject({ idle: 0, busy: 0, starting: 0 });
  });
});
