import type { DocumentBuilder } from '../../document/document-builder.js';
import type { XmlElement } from '../../package/xml-tree.js';
import type { PlainTextReader } from './plain-text.js';

/** Reviewers' comments, each a group of its own in the layer of notes, as `[author: …, time: …]: text`. */
export function addComments(builder: DocumentBuilder, root: XmlElement | undefined, plain: PlainTextReader): void {
  for (const comment of root?.elements('w:comment') ?? []) {
    const text = plain.lines(comment).join('\n');
    if (text === '') continue;
    const name = `comment-${comment.attribute('w:id') ?? ''}`;
    const group = builder.addGroup('comment_section', name, undefined, 'notes');
    const origin = originOf(comment);
    builder.addText('text', origin === '' ? text : `[${origin}]: ${text}`, group, { layer: 'notes' });
  }
}

function originOf(comment: XmlElement): string {
  const author = comment.attribute('w:author');
  const initials = comment.attribute('w:initials');
  const time = comment.attribute('w:date');
  return [author && `author: ${author}${initials ? ` (${initials})` : ''}`, time && `time: ${time}`]
    .filter(Boolean)
    .join(', ');
}
