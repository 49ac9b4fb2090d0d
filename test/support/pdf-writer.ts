/**
 * Writes small, real PDF files for tests. Places are in points from the page's upper left corner,
 * y downwards; text stands on the baseline that it is given.
 */
export type PdfFontName = 'Helvetica' | 'Helvetica-Bold' | 'Helvetica-Oblique' | 'Times-Roman' | 'Courier' | 'Unicode';

export interface TextStyle {
  readonly size?: number;
  readonly font?: PdfFontName;
  /** Quarter turns counterclockwise. */
  readonly turns?: 0 | 1;
}

export interface GrayPixels {
  readonly width: number;
  readonly height: number;
  readonly pixels: Uint8Array;
}

const FONTS: readonly PdfFontName[] = [
  'Helvetica',
  'Helvetica-Bold',
  'Helvetica-Oblique',
  'Times-Roman',
  'Courier',
  'Unicode',
];
/** Every glyph of the font that holds all of Unicode is half an em wide. */
const UNICODE_WIDTH = 500;

export class PdfPage {
  readonly operators: string[] = [];
  readonly images: GrayPixels[] = [];
  readonly links: string[] = [];

  constructor(
    readonly width: number,
    readonly height: number,
  ) {}

  /** One line of text; in the font `Unicode` its characters are shown from left to right as given. */
  text(x: number, baseline: number, text: string, { size = 10, font = 'Helvetica', turns = 0 }: TextStyle = {}): this {
    const matrix = turns === 0 ? '1 0 0 1' : '0 1 -1 0';
    const string = font === 'Unicode' ? utf16(text) : winAnsi(text);
    const name = `/F${FONTS.indexOf(font)}`;
    this.operators.push(`BT ${name} ${size} Tf ${matrix} ${x} ${this.height - baseline} Tm ${string} Tj ET`);
    return this;
  }

  /** Lines below each other, `leading` apart. */
  lines(x: number, baseline: number, lines: readonly string[], style: TextStyle & { leading?: number } = {}): this {
    const leading = style.leading ?? 12;
    lines.forEach((line, index) => this.text(x, baseline + index * leading, line, style));
    return this;
  }

  rule(x0: number, y0: number, x1: number, y1: number): this {
    this.operators.push(`0.5 w ${x0} ${this.height - y0} m ${x1} ${this.height - y1} l S`);
    return this;
  }

  image(x: number, y: number, width: number, height: number, image: GrayPixels): this {
    this.operators.push(`q ${width} 0 0 ${height} ${x} ${this.height - y - height} cm /I${this.images.length} Do Q`);
    this.images.push(image);
    return this;
  }

  link(x0: number, y0: number, x1: number, y1: number, url: string): this {
    const rectangle = `[${x0} ${this.height - y1} ${x1} ${this.height - y0}]`;
    this.links.push(`<</Type/Annot/Subtype/Link/Border[0 0 0]/Rect${rectangle}/A<</S/URI/URI(${url})>>>>`);
    return this;
  }

  /** Puts raw operators into the page. */
  raw(operators: string): this {
    this.operators.push(operators);
    return this;
  }
}

export interface PdfOptions {
  /** Declares the file encrypted with a password that nobody has. */
  readonly encrypted?: boolean;
  /** Further entries of the catalog. */
  readonly catalog?: string;
}

/** The bytes of a PDF with these pages. */
export function writePdf(
  pages: readonly PdfPage[],
  { encrypted = false, catalog: entries = '' }: PdfOptions = {},
): Buffer {
  const file = new ObjectFile();
  const catalog = file.reserve();
  const tree = file.reserve();
  const fonts = FONTS.map((name, index) => `/F${index} ${addFont(file, name)} 0 R`).join(' ');
  const kids = pages.map((page) => addPage(file, page, tree, fonts));
  file.set(catalog, `<</Type/Catalog/Pages ${tree} 0 R${entries}>>`);
  file.set(tree, `<</Type/Pages/Kids[${kids.map((kid) => `${kid} 0 R`).join(' ')}]/Count ${kids.length}>>`);
  const key = '<'.padEnd(65, '5a') + '>';
  const encryption = encrypted ? `/Encrypt<</Filter/Standard/V 1/R 2/O${key}/U${key}/P -44>>/ID[<00><00>]` : '';
  return file.toBuffer(`/Root ${catalog} 0 R${encryption}`);
}

/** A page of A4. */
export function a4(): PdfPage {
  return new PdfPage(595, 842);
}

function addPage(file: ObjectFile, page: PdfPage, tree: number, fonts: string): number {
  const content = file.addStream('', Buffer.from(page.operators.join('\n'), 'latin1'));
  const images = page.images.map(({ width, height, pixels }, index) => {
    const dictionary = `/Type/XObject/Subtype/Image/Width ${width}/Height ${height}/ColorSpace/DeviceGray/BitsPerComponent 8`;
    return `/I${index} ${file.addStream(dictionary, Buffer.from(pixels))} 0 R`;
  });
  return file.add(
    `<</Type/Page/Parent ${tree} 0 R/MediaBox[0 0 ${page.width} ${page.height}]/Contents ${content} 0 R` +
      `/Annots[${page.links.join('')}]/Resources<</Font<<${fonts}>>/XObject<<${images.join(' ')}>>>>>>`,
  );
}

function addFont(file: ObjectFile, name: PdfFontName): number {
  if (name !== 'Unicode') return file.add(`<</Type/Font/Subtype/Type1/BaseFont/${name}/Encoding/WinAnsiEncoding>>`);
  const identity = [
    '/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /Identity def /CMapType 2 def',
    '1 begincodespacerange <0000> <FFFF> endcodespacerange',
    '1 beginbfrange <0000> <FFFF> <0000> endbfrange',
    'endcmap end end',
  ].join('\n');
  const toUnicode = file.addStream('', Buffer.from(identity, 'latin1'));
  const descriptor = '/FontDescriptor<</Type/FontDescriptor/FontName/Any/Flags 4/FontBBox[0 0 1000 1000]>>';
  const system = '/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>';
  const cid = `<</Type/Font/Subtype/CIDFontType2/BaseFont/Any${system}/DW ${UNICODE_WIDTH}${descriptor}>>`;
  return file.add(
    `<</Type/Font/Subtype/Type0/BaseFont/Any/Encoding/Identity-H/DescendantFonts[${cid}]/ToUnicode ${toUnicode} 0 R>>`,
  );
}

const WIN_ANSI: Readonly<Record<string, number>> = {
  '\u2022': 0x95,
  '\u2013': 0x96,
  '\u2014': 0x97,
  '\u2018': 0x91,
  '\u2019': 0x92,
  '\u201C': 0x93,
  '\u201D': 0x94,
};

function winAnsi(text: string): string {
  const bytes = Buffer.from([...text].map((character) => WIN_ANSI[character] ?? character.charCodeAt(0)));
  return `<${bytes.toString('hex')}>`;
}

function utf16(text: string): string {
  return `<${Buffer.from(text, 'utf16le').swap16().toString('hex')}>`;
}

/** Numbers objects and remembers where they stand. */
class ObjectFile {
  private readonly bodies: Buffer[] = [];

  reserve(): number {
    return this.bodies.push(Buffer.from('null'));
  }

  set(number: number, body: string): void {
    this.bodies[number - 1] = Buffer.from(body, 'latin1');
  }

  add(body: string): number {
    return this.bodies.push(Buffer.from(body, 'latin1'));
  }

  addStream(dictionary: string, data: Buffer): number {
    const head = Buffer.from(`<<${dictionary}/Length ${data.length}>>stream\n`, 'latin1');
    return this.bodies.push(Buffer.concat([head, data, Buffer.from('\nendstream')]));
  }

  toBuffer(trailer: string): Buffer {
    const parts = [Buffer.from('%PDF-1.7\n')];
    let length = 9;
    const offsets = this.bodies.map((body, index) => {
      const offset = length;
      const object = Buffer.concat([Buffer.from(`${index + 1} 0 obj\n`), body, Buffer.from('\nendobj\n')]);
      parts.push(object);
      length += object.length;
      return offset;
    });
    const entries = offsets.map((offset) => `${String(offset).padStart(10, '0')} 00000 n \n`).join('');
    const size = offsets.length + 1;
    parts.push(
      Buffer.from(`xref\n0 ${size}\n0000000000 65535 f \n${entries}trailer\n<</Size ${size}${trailer}>>\n`),
      Buffer.from(`startxref\n${length}\n%%EOF\n`),
    );
    return Buffer.concat(parts);
  }
}
