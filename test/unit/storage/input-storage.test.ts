import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { InputStorage } from '../../../src/storage/input-storage.js';

describe('InputStorage', () => {
  let root: string;
  let storage: InputStorage;

  beforeEach(async () => {
    root = await mkdtemp(path.join(tmpdir(), 'input-storage-'));
    storage = new InputStorage(path.join(root, 'inputs'));
  });

  afterEach(() => rm(root, { recursive: true }));

  const never = new AbortController().signal;
  const bytes = (...chunks: string[]) => Readable.from(chunks.map((chunk) => Buffer.from(chunk)));
  const files = async () => {
    const entries = await readdir(root, { recursive: true, withFileTypes: true });
    return entries.filter((entry) => entry.isFile()).map(({ name }) => name);
  };

  it('when a stream is stored, then its bytes lie under a name of the service’s own, for nobody else to read', async () => {
    const stored = await storage.store(bytes('one ', 'two'), { maxBytes: 7, signal: never });

    const hash = createHash('sha256').update('one two').digest();
    expect(stored).toEqual({ path: expect.stringMatching(/^([0-9a-f]{2})\/\1[0-9a-f-]{34}$/), size: 7, hash });
    const file = storage.absolutePath(stored.path);
    expect(await readFile(file, 'utf8')).toBe('one two');
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect((await stat(path.dirname(file))).mode & 0o777).toBe(0o700);
    expect(await files()).toEqual([path.basename(file)]);
  });

  it('when a stream is empty, then so is the file', async () => {
    const stored = await storage.store(bytes(), { maxBytes: 7, signal: never });

    expect(stored.size).toBe(0);
    expect(await readFile(storage.absolutePath(stored.path))).toHaveLength(0);
  });

  it('when a stream has one byte too many, then E001, and nothing is left', async () => {
    const source = bytes('12345678');

    await expect(storage.store(source, { maxBytes: 7, signal: never })).rejects.toMatchObject({ code: 'E001' });

    expect(source.destroyed).toBe(true);
    expect(await files()).toEqual([]);
  });

  it('when the source fails, then its own error comes out, and nothing is left', async () => {
    const failure = new Error('gone');
    const source = Readable.from(
      (async function* () {
        yield Buffer.from('half');
        await Promise.resolve();
        throw failure;
      })(),
    );

    await expect(storage.store(source, { maxBytes: 100, signal: never })).rejects.toBe(failure);
    expect(await files()).toEqual([]);
  });

  it('when the caller aborts, then nothing is left', async () => {
    const stop = new AbortController();
    const source = new PassThrough();
    source.write('half');
    const storing = storage.store(source, { maxBytes: 100, signal: stop.signal });

    stop.abort();

    await expect(storing).rejects.toMatchObject({ name: 'AbortError' });
    expect(source.destroyed).toBe(true);
    expect(await files()).toEqual([]);
  });

  it('when the disk refuses, then E005, whatever is in the way', async () => {
    await writeFile(path.join(root, 'inputs'), 'a file, not a folder');

    await expect(storage.store(bytes('x'), { maxBytes: 7, signal: never })).rejects.toMatchObject({ code: 'E005' });
    await expect(storage.check()).rejects.toMatchObject({ code: 'E005', retryAfterSeconds: 30 });
    await expect(storage.sweep(0)).rejects.toMatchObject({ code: 'E005' });
  });

  it('when an input is removed, then it is gone, and removing it again is no error', async () => {
    const stored = await storage.store(bytes('x'), { maxBytes: 7, signal: never });

    await storage.remove(stored.path);
    await storage.remove(stored.path);

    expect(await files()).toEqual([]);
  });

  it.each(['../secret', '/etc/passwd', 'aa/../../x', '', 'incoming/x.part', 'ab/cd000000-0000-4000-8000-000000000000'])(
    'when a path is %j, which the storage never gave out, then it is not touched',
    async (relative) => {
      expect(() => storage.absolutePath(relative)).toThrow('no stored input');
      await expect(storage.remove(relative)).rejects.toThrow('no stored input');
    },
  );

  it('when uploads were left unfinished, then only the old ones are swept', async () => {
    expect(await storage.sweep(0)).toBe(0);
    const incoming = path.join(root, 'inputs', 'incoming');
    await mkdir(incoming, { recursive: true });
    for (const name of ['old.part', 'new.part', 'other']) await writeFile(path.join(incoming, name), 'x');
    const anHourAgo = Date.now() / 1_000 - 3_600;
    for (const name of ['old.part', 'other']) await utimes(path.join(incoming, name), anHourAgo, anHourAgo);

    expect(await storage.sweep(60_000)).toBe(1);
    expect((await files()).sort()).toEqual(['new.part', 'other']);
  });

  it('when an input is stored a second time, then each of the two outlives the other', async () => {
    const stored = await storage.store(bytes('kept'), { maxBytes: 7, signal: never });

    const second = await storage.duplicate(stored.path);
    await storage.remove(stored.path);

    expect(second).toBeDefined();
    expect(await readFile(storage.absolutePath(second!), 'utf8')).toBe('kept');
    expect(await storage.duplicate(stored.path)).toBeUndefined();
    expect(await files()).toEqual([path.basename(second!)]);
  });

  it('when inputs are listed by age, then unfinished and strange files are not among them, nor a fresh duplicate of an old one', async () => {
    const list = async (olderThanMs: number) => {
      const paths: string[] = [];
      for await (const batch of storage.listOlderThan(olderThanMs)) paths.push(...batch);
      return paths.sort();
    };
    expect(await list(0)).toEqual([]);
    const { path: stored } = await storage.store(bytes('x'), { maxBytes: 7, signal: never });
    const file = storage.absolutePath(stored);
    await utimes(file, 1, 1); // long ago
    await writeFile(path.join(path.dirname(file), 'strange'), 'x');
    await writeFile(path.join(root, 'inputs/incoming/new.part'), 'x');
    const duplicate = await storage.duplicate(stored);

    expect(await list(0)).toEqual([stored, duplicate!].sort());
    expect(await list(60_000)).toEqual([]);
  });

  it('when the storage is well, then its check makes what it needs', async () => {
    await expect(storage.check()).resolves.toBeUndefined();
    await expect(storage.check()).resolves.toBeUndefined();
  });

  it('when a database has claimed the storage, then it belongs to that one and to no other', async () => {
    expect(await storage.belongsTo('first')).toBe(true);
    expect(await storage.belongsTo('second')).toBe(false);
    expect(await storage.belongsTo('first')).toBe(true);
  });

  it('when a large file is stored, then it arrives whole', async () => {
    const large = path.join(root, 'large');
    await writeFile(large, Buffer.alloc(5_000_000, 'abcdefg'));

    const stored = await storage.store(createReadStream(large), { maxBytes: 5_000_000, signal: never });

    expect(stored.size).toBe(5_000_000);
    expect((await readFile(storage.absolutePath(stored.path))).equals(await readFile(large))).toBe(true);
  });
});
