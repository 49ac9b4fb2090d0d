import type { Format } from './format.js';

/** One kind of file that a format reads. */
export interface FileType {
  readonly mimeType: string;
  /** Lower case, with the dot; the first is the usual one. */
  readonly extensions: readonly [string, ...string[]];
}

/** A format as it is registered: what it reads, and how its reader is loaded. */
export interface FormatRegistration {
  /** As people call it. */
  readonly title: string;
  /** The first is the one that a file is taken for when nothing says more. */
  readonly types: readonly [FileType, ...FileType[]];
  /** Whether the content alone is plain text, so that a name or a declared type has to tell. */
  readonly plainText: boolean;
  /** Loads the reader; a converter child loads only what it is asked for. */
  readonly load: () => Promise<Format>;
}

const type = (mimeType: string, ...extensions: [string, ...string[]]): FileType => ({ mimeType, extensions });
const ooxml = (kind: string) => `application/vnd.openxmlformats-officedocument.${kind}`;
const macro = (kind: string) => `application/vnd.ms-${kind}.macroEnabled.12`;

/** Every input format; the only place where one is registered. */
export const FORMATS = Object.freeze({
  pdf: {
    title: 'PDF',
    types: [type('application/pdf', '.pdf')],
    plainText: false,
    load: async () => (await import('./pdf/index.js')).pdfFormat,
  },
  docx: {
    title: 'Word',
    types: [
      type(ooxml('wordprocessingml.document'), '.docx'),
      type(ooxml('wordprocessingml.template'), '.dotx'),
      type(macro('word.document'), '.docm'),
      type(macro('word.template'), '.dotm'),
    ],
    plainText: false,
    load: async () => (await import('./docx/index.js')).docxFormat,
  },
  xlsx: {
    title: 'Excel',
    types: [
      type(ooxml('spreadsheetml.sheet'), '.xlsx'),
      type(ooxml('spreadsheetml.template'), '.xltx'),
      type(macro('excel.sheet'), '.xlsm'),
      type(macro('excel.template'), '.xltm'),
    ],
    plainText: false,
    load: async () => (await import('./xlsx/index.js')).xlsxFormat,
  },
  pptx: {
    title: 'PowerPoint',
    types: [
      type(ooxml('presentationml.presentation'), '.pptx'),
      type(ooxml('presentationml.template'), '.potx'),
      type(ooxml('presentationml.slideshow'), '.ppsx'),
      type(macro('powerpoint.presentation'), '.pptm'),
      type(macro('powerpoint.template'), '.potm'),
      type(macro('powerpoint.slideshow'), '.ppsm'),
    ],
    plainText: false,
    load: async () => (await import('./pptx/index.js')).pptxFormat,
  },
  odt: {
    title: 'OpenDocument text',
    types: [
      type('application/vnd.oasis.opendocument.text', '.odt'),
      type('application/vnd.oasis.opendocument.text-template', '.ott'),
    ],
    plainText: false,
    load: async () => (await import('./odt/index.js')).odtFormat,
  },
  html: {
    title: 'HTML',
    types: [type('text/html', '.html', '.htm'), type('application/xhtml+xml', '.xhtml')],
    plainText: true,
    load: async () => (await import('./html.js')).htmlFormat,
  },
  markdown: {
    title: 'Markdown',
    types: [type('text/markdown', '.md', '.markdown')],
    plainText: true,
    load: async () => (await import('./markdown.js')).markdownFormat,
  },
  csv: {
    title: 'CSV',
    types: [type('text/csv', '.csv'), type('text/tab-separated-values', '.tsv')],
    plainText: true,
    load: async () => (await import('./csv.js')).csvFormat,
  },
  text: {
    title: 'plain text',
    types: [type('text/plain', '.txt')],
    plainText: true,
    load: async () => (await import('./text.js')).textFormat,
  },
  image: {
    title: 'image',
    types: [
      type('image/png', '.png'),
      type('image/jpeg', '.jpg', '.jpeg'),
      type('image/tiff', '.tif', '.tiff'),
      type('image/webp', '.webp'),
      type('image/bmp', '.bmp'),
    ],
    plainText: false,
    load: async () => (await import('./image/index.js')).imageFormat,
  },
} satisfies Record<string, FormatRegistration>);

export type FormatName = keyof typeof FORMATS;

/** All formats in the order of the registry. */
export const FORMAT_NAMES = Object.freeze(Object.keys(FORMATS) as FormatName[]);

/** A file type and the format that reads it. */
export interface RecognisedType {
  readonly format: FormatName;
  readonly mimeType: string;
  /** The usual one, lower case, with the dot. */
  readonly extension: string;
}

const recognised = FORMAT_NAMES.flatMap((format) =>
  FORMATS[format].types.map(({ mimeType, extensions }) => ({ format, mimeType, extension: extensions[0], extensions })),
);

/** The type with this MIME type (lower case, without parameters), if any format reads it. */
export function typeByMime(mimeType: string): RecognisedType | undefined {
  return withoutAliases(recognised.find((candidate) => candidate.mimeType.toLowerCase() === mimeType));
}

/** The type that goes by this extension (with the dot, in any case), if any format reads it. */
export function typeByExtension(extension: string): RecognisedType | undefined {
  const wanted = extension.toLowerCase();
  return withoutAliases(recognised.find(({ extensions }) => extensions.includes(wanted)));
}

function withoutAliases(found: RecognisedType | undefined): RecognisedType | undefined {
  return found && { format: found.format, mimeType: found.mimeType, extension: found.extension };
}
