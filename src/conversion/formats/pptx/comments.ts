import type { GroupItem } from '../../document/docling-document.js';
import type { DocumentBuilder } from '../../document/document-builder.js';
import { drawingText } from '../../package/chart.js';
import { readXmlPart, type Relationships } from '../../package/relationships.js';
import type { XmlElement } from '../../package/xml-tree.js';
import type { ZipPackage } from '../../package/zip-package.js';

/** Names of comment authors by id, of the older and of the newer kind of comments. */
export async function readAuthors(pkg: ZipPackage, relationships: Relationships): Promise<Map<string, string>> {
  const authors = new Map<string, string>();
  for (const part of [...relationships.targets('commentAuthors'), ...relationships.targets('authors')])
    for (const author of (await readXmlPart(pkg, part))?.elements() ?? [])
      authors.set(author.attribute('id') ?? '', author.attribute('name') ?? '');
  return authors;
}

/** The comments on a slide, as notes below it: `[author: …, time: …]: text`. */
export async function addComments(
  builder: DocumentBuilder,
  pkg: ZipPackage,
  relationships: Relationships,
  authors: ReadonlyMap<string, string>,
  slide: GroupItem,
): Promise<void> {
  for (const part of relationships.targets('comments')) {
    const comments = (await readXmlPart(pkg, part))?.elements() ?? [];
    const texts = comments.map((comment) => describe(comment, authors)).filter(Boolean);
    if (texts.length === 0) continue;
    const group = builder.addGroup('comment_section', `comments-${slide.name}`, slide, 'notes');
    for (const text of texts) builder.addText('text', text, group, { layer: 'notes' });
  }
}

function describe(comment: XmlElement, authors: ReadonlyMap<string, string>): string {
  const text = (comment.child('p:text')?.text ?? drawingText(comment)).trim();
  if (text === '') return '';
  const author = authors.get(comment.attribute('authorId') ?? '');
  const time = comment.attribute('dt') ?? comment.attribute('created');
  const origin = [author && `author: ${author}`, time && `time: ${time}`].filter(Boolean).join(', ');
  return origin === '' ? text : `[${origin}]: ${text}`;
}
