/** Names carry the usual prefix of their namespace, whatever prefix the file uses: `w:p`, `a:t`, `text:h`. */
export class XmlElement {
  constructor(
    readonly name: string,
    readonly attributes: Readonly<Record<string, string>>,
    readonly children: readonly XmlNode[],
  ) {}

  attribute(name: string): string | undefined {
    return this.attributes[name];
  }

  /** The first child element of that name. */
  child(name: string): XmlElement | undefined {
    for (const node of this.children) if (typeof node !== 'string' && node.name === name) return node;
    return undefined;
  }

  /** Follows one child after the other: `path('w:pPr', 'w:numPr')`. */
  path(...names: string[]): XmlElement | undefined {
    return names.reduce<XmlElement | undefined>((element, name) => element?.child(name), this);
  }

  /** All child elements, or those of one name. */
  elements(name?: string): XmlElement[] {
    return this.children.filter(
      (node): node is XmlElement => typeof node !== 'string' && (name === undefined || node.name === name),
    );
  }

  /** Elements of that name at any depth below, in document order. */
  *descendants(name: string): Generator<XmlElement, void, undefined> {
    for (const node of this.children) {
      if (typeof node === 'string') continue;
      if (node.name === name) yield node;
      yield* node.descendants(name);
    }
  }

  /** All character data below. */
  get text(): string {
    let text = '';
    for (const node of this.children) text += typeof node === 'string' ? node : node.text;
    return text;
  }
}

export type XmlNode = XmlElement | string;
