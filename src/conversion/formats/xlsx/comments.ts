import type { DocumentBuilder } from '../../document/document-builder.js';
import { readXmlPart, type Relationships } from '../../package/relationships.js';
import type { XmlElement } from '../../package/xml-tree.js';
import type { ZipPackage } from '../../package/zip-package.js';
import { unescapeText } from './shared-strings.js';

interface Comment {
  readonly author: string | undefined;
  readonly time: string | undefined;
  readonly text: string;
}

/** Authors of threaded comments by id, from the workbook's list of persons. */
export function readPersons(root: XmlElement | undefined): Map<string, string> {
  const people = root?.elements('tc:person') ?? [];
  return new Map(people.map((one) => [one.attribute('id') ?? '', one.attribute('displayName') ?? '']));
}

/** A sheet's comments, a group in the layer of notes for each cell; a thread counts before its legacy copy. */
export async function addComments(
  builder: DocumentBuilder,
  pkg: ZipPackage,
  sheet: string,
  relationships: Relationships,
  persons: ReadonlyMap<string, string>,
): Promise<void> {
  const byCell = legacyComments(await readXmlPart(pkg, relationships.target('comments')));
  const threads = await readXmlPart(pkg, relationships.target('threadedComment'));
  for (const [cell, thread] of threadedComments(threads, persons)) byCell.set(cell, thread);
  for (const [cell, comments] of byCell) {
    const group = builder.addGroup('comment_section', `comment-${sheet}-${cell}`, undefined, 'notes');
    for (const comment of comments) builder.addText('text', describe(comment), group, { layer: 'notes' });
  }
}

function legacyComments(root: XmlElement | undefined): Map<string, Comment[]> {
  const authors = root?.child('x:authors')?.elements('x:author') ?? [];
  const byCell = new Map<string, Comment[]>();
  for (const element of root?.child('x:commentList')?.elements('x:comment') ?? []) {
    const author = authors[Number(element.attribute('authorId'))]?.text;
    const runs = Array.from(element.descendants('x:t'), (one) => one.text);
    append(byCell, element.attribute('ref'), { author, time: undefined, text: unescapeText(runs.join('')) });
  }
  return byCell;
}

function threadedComments(root: XmlElement | undefined, persons: ReadonlyMap<string, string>): Map<string, Comment[]> {
  const byCell = new Map<string, Comment[]>();
  for (const element of root?.elements('tc:threadedComment') ?? []) {
    const author = persons.get(element.attribute('personId') ?? '');
    const text = element.child('tc:text')?.text ?? '';
    append(byCell, element.attribute('ref'), { author, time: element.attribute('dT'), text });
  }
  return byCell;
}

function append(byCell: Map<string, Comment[]>, cell: string | undefined, comment: Comment): void {
  if (cell === undefined || comment.text.trim() === '') return;
  const known = byCell.get(cell);
  if (known) known.push(comment);
  else byCell.set(cell, [comment]);
}

function describe({ author, time, text }: Comment): string {
  const origin = [author && `author: ${author}`, time && `time: ${time}`].filter(Boolean).join(', ');
  return origin === '' ? text.trim() : `[${origin}]: ${text.trim()}`;
}
