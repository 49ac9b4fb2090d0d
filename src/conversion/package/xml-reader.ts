import { StringDecoder } from 'node:string_decoder';
import { SaxesParser } from 'saxes';
import { AppError } from '../../errors.js';
import { LIMITS } from '../limits.js';
import { canonicalName } from './xml-namespaces.js';
import { XmlElement, type XmlNode } from './xml-tree.js';

/** What a streaming read is told. Names come without any prefix; attributes as written. */
export interface XmlHandlers {
  open: (name: string, attributes: Readonly<Record<string, string>>) => void;
  close: (name: string) => void;
  text: (text: string) => void;
}

const NO_ATTRIBUTES: Readonly<Record<string, string>> = Object.freeze({});
const NO_CHILDREN: readonly XmlNode[] = Object.freeze([]);
/** Bytes handed to the parser at once; its buffers grow with the piece. */
const PIECE_BYTES = 64 * 1024;
/** Bytes of one tag with all its attributes, or of one text: the parser holds them whole. */
const MOST_QUIET_BYTES = 16 * 1024 * 1024;

/**
 * Parses a whole part into a tree.
 *
 * @throws AppError E004 when it is not well-formed or has a DOCTYPE, E305 beyond the limits on nodes and depth.
 */
export function parseXml(bytes: Buffer): XmlElement {
  const tree = new TreeBuilder();
  const parser = new SaxesParser({ xmlns: true, position: false });
  refuseFaults(parser);
  const feed = new ParserFeed(parser);
  parser.on('opentag', (tag) => {
    feed.progressed();
    const attributes: Record<string, string> = {};
    let any = false;
    for (const [written, attribute] of Object.entries(tag.attributes)) {
      if (attribute.prefix === 'xmlns' || written === 'xmlns') continue;
      attributes[canonicalName(attribute.uri, attribute.local, written)] = attribute.value;
      any = true;
    }
    tree.open(canonicalName(tag.uri, tag.local, tag.name), any ? attributes : NO_ATTRIBUTES);
  });
  parser.on('closetag', () => {
    tree.close();
  });
  parser.on('text', (text) => {
    tree.text(text);
  });
  parser.on('cdata', (text) => {
    tree.text(text);
  });
  for (let start = 0; start < bytes.length; start += PIECE_BYTES)
    feed.write(bytes.subarray(start, start + PIECE_BYTES));
  feed.end();
  return tree.finish();
}

/**
 * Parses a part as its pieces arrive, keeping nothing of it.
 *
 * @throws as `parseXml`, and whatever `pieces` or a handler throws.
 */
export async function streamXml(pieces: AsyncIterable<Buffer>, handlers: XmlHandlers): Promise<void> {
  const parser = new SaxesParser({ xmlns: false, position: false });
  refuseFaults(parser);
  const feed = new ParserFeed(parser);
  let depth = 0;
  parser.on('opentag', (tag) => {
    feed.progressed();
    depth += 1;
    if (depth > LIMITS.depth) throw tooDeep();
    handlers.open(localName(tag.name), tag.attributes);
  });
  parser.on('closetag', (tag) => {
    depth -= 1;
    handlers.close(localName(tag.name));
  });
  parser.on('text', handlers.text);
  parser.on('cdata', handlers.text);
  for await (const piece of pieces) feed.write(piece);
  feed.end();
}

function localName(name: string): string {
  const colon = name.indexOf(':');
  return colon < 0 ? name : name.slice(colon + 1);
}

/** Feeds bytes to a parser. UTF-16 parts are recognised by their byte order mark. */
class ParserFeed {
  private decode: ((bytes: Buffer) => string) | undefined;
  private quietBytes = 0;

  constructor(private readonly parser: { write: (text: string) => unknown; close: () => unknown }) {}

  write(bytes: Buffer): void {
    this.quietBytes += bytes.length;
    if (this.quietBytes > MOST_QUIET_BYTES) throw tooManyParts();
    this.decode ??= decoderFor(bytes);
    this.parser.write(this.decode(bytes));
  }

  end(): void {
    this.parser.close();
  }

  /** An element began: the parser holds no more of what it was fed before. */
  progressed(): void {
    this.quietBytes = 0;
  }
}

function decoderFor(first: Buffer): (bytes: Buffer) => string {
  if (first[0] === 0xfe && first[1] === 0xff) {
    const decoder = new TextDecoder('utf-16be');
    return (bytes) => decoder.decode(bytes, { stream: true });
  }
  const decoder = new StringDecoder(first[0] === 0xff && first[1] === 0xfe ? 'utf16le' : 'utf8');
  return (bytes) => decoder.write(bytes);
}

interface FaultEvents {
  on(name: 'doctype', handler: () => void): unknown;
  on(name: 'error', handler: (error: Error) => void): unknown;
}

function refuseFaults(parser: FaultEvents): void {
  parser.on('error', (cause) => {
    throw new AppError('E004', 'A part of the document is not well-formed XML', { cause });
  });
  // Without a DOCTYPE there are no entities to expand and nothing external to fetch.
  parser.on('doctype', () => {
    throw new AppError('E004', 'A part of the document has a DOCTYPE, which office documents must not have');
  });
}

function tooManyParts(): AppError {
  return new AppError('E305', 'The document has more parts than the converter takes');
}

function tooDeep(): AppError {
  return new AppError('E305', 'The document is nested too deeply');
}

class TreeBuilder {
  private readonly ancestors: { name: string; attributes: Readonly<Record<string, string>>; children: XmlNode[] }[] =
    [];
  private root: XmlElement | undefined;
  private nodes = 0;

  open(name: string, attributes: Readonly<Record<string, string>>): void {
    if (this.ancestors.length >= LIMITS.depth) throw tooDeep();
    this.count();
    this.ancestors.push({ name, attributes, children: [] });
  }

  close(): void {
    const { name, attributes, children } = this.ancestors.pop() ?? {
      name: '',
      attributes: NO_ATTRIBUTES,
      children: [],
    };
    // An array that grew keeps room for more; its copy has none to spare.
    const element = new XmlElement(name, attributes, children.length > 0 ? children.slice() : NO_CHILDREN);
    const parent = this.ancestors.at(-1);
    if (parent) parent.children.push(element);
    else this.root = element;
  }

  text(text: string): void {
    this.count();
    this.ancestors.at(-1)?.children.push(text);
  }

  finish(): XmlElement {
    if (!this.root) throw new AppError('E004', 'A part of the document is empty');
    return this.root;
  }

  private count(): void {
    this.nodes += 1;
    if (this.nodes > LIMITS.nodes) throw tooManyParts();
  }
}
