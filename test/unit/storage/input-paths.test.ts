import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { resolveInputPath } from '../../../src/storage/input-paths.js';

describe('resolveInputPath', () => {
  let root: string;
  let inbox: string;

  beforeAll(async () => {
    root = await realpath(await mkdtemp(path.join(tmpdir(), 'input-paths-')));
    inbox = path.join(root, 'inbox');
    await mkdir(path.join(inbox, 'deep'), { recursive: true });
    await mkdir(path.join(root, 'elsewhere'));
    await writeFile(path.join(inbox, 'deep', 'a.pdf'), 'x');
    await writeFile(path.join(root, 'elsewhere', 'b.pdf'), 'x');
    await symlink(inbox, path.join(root, 'inbox-link'));
    await symlink('deep/a.pdf', path.join(inbox, 'link-inside'));
    await symlink('../elsewhere/b.pdf', path.join(inbox, 'link-outside'));
    await symlink('../elsewhere', path.join(inbox, 'folder-outside'));
    await symlink('missing', path.join(inbox, 'dangling'));
    await symlink('loop', path.join(inbox, 'loop'));
  });

  afterAll(() => rm(root, { recursive: true }));

  it.each([
    ['a file', 'inbox/deep/a.pdf', 'inbox/deep/a.pdf'],
    ['a file behind ..', 'inbox/deep/../deep/./a.pdf', 'inbox/deep/a.pdf'],
    ['a link within', 'inbox/link-inside', 'inbox/deep/a.pdf'],
    ['a file through a link to the folder', 'inbox-link/deep/a.pdf', 'inbox/deep/a.pdf'],
    ['a file that is not there', 'inbox/deep/later.pdf', 'inbox/deep/later.pdf'],
    ['a file in folders that are not there', 'inbox/x/y/later.pdf', 'inbox/x/y/later.pdf'],
    ['a name that begins with dots', 'inbox/..a.pdf', 'inbox/..a.pdf'],
  ])('when the path names %s, then it is followed', async (_name, given, resolved) => {
    await expect(resolveInputPath(`${root}/${given}`, [inbox])).resolves.toBe(path.join(root, resolved));
  });

  it('when the folder itself is named by a link, or is one of several, then its files are in it', async () => {
    const file = path.join(inbox, 'deep', 'a.pdf');

    await expect(resolveInputPath(file, [path.join(root, 'inbox-link')])).resolves.toBe(file);
    await expect(resolveInputPath(file, [path.join(root, 'nowhere'), inbox])).resolves.toBe(file);
  });

  it.each([
    ['is relative', 'inbox/deep/a.pdf', false],
    ['lies elsewhere', 'elsewhere/b.pdf', true],
    ['leads out by ..', 'inbox/../elsewhere/b.pdf', true],
    ['leads out by .. from where nothing is', 'inbox/no/../../elsewhere/b.pdf', true],
    ['leads out by a link', 'inbox/link-outside', true],
    ['leads out by a link to a folder', 'inbox/folder-outside/b.pdf', true],
    ['leads out by a link to a file that is not there', 'inbox/folder-outside/new.pdf', true],
    ['is a link to nothing', 'inbox/dangling', true],
    ['leads through a link to nothing', 'inbox/dangling/x.pdf', true],
    ['is a link to itself', 'inbox/loop', true],
    ['leads through a file', 'inbox/deep/a.pdf/b.pdf', true],
    ['is the folder itself', 'inbox', true],
    ['is a neighbour with the same beginning', 'inbox-2/a.pdf', true],
  ])('when the path %s, then E104', async (_name, given, absolute) => {
    const filePath = absolute ? `${root}/${given}` : given;

    const refusal = resolveInputPath(filePath, [inbox]);

    await expect(refusal).rejects.toMatchObject({ code: 'E104' });
    await expect(refusal).rejects.not.toThrow(root);
  });

  it('when no folder is set up, then every path is refused', async () => {
    await expect(resolveInputPath(path.join(inbox, 'deep', 'a.pdf'), [])).rejects.toMatchObject({ code: 'E104' });
  });

  it('when the path leads to a folder, then E003', async () => {
    await expect(resolveInputPath(path.join(inbox, 'deep'), [inbox])).rejects.toMatchObject({ code: 'E003' });
  });
});
