import { createWriteStream } from 'node:fs';
import { copyFile, stat } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { AppError } from '../../errors.js';
import { replaceFile } from '../../atomic-file.js';
import { ZipPackage } from '../package/zip-package.js';
import type { ConversionSource, ExportFormat } from './converter.js';
import type { ToolAnswer } from './tool-answer.js';

export interface ToolCall {
  readonly name: string;
  readonly arguments: Readonly<Record<string, unknown>>;
}

/** A call that exports, and how its answer becomes the file. */
export interface ExportCall extends ToolCall {
  /** Puts the export at `outputPath` and returns its size in bytes. */
  readonly deliver: (answer: ToolAnswer, outputPath: string) => Promise<number>;
}

/** The calls that a server's tools allow; undefined where it offers no tool for the purpose. */
export interface Toolset {
  convert(source: ConversionSource): ToolCall | undefined;
  readonly canLoad: boolean;
  /** Loads what the JSON export wrote. */
  load(path: string): ToolCall | undefined;
  export(format: ExportFormat, documentKey: string, outputPath: string): ExportCall | undefined;
  release(documentKey: string): ToolCall | undefined;
}

/** A tool as `tools/list` answers it: its name, and the arguments it takes. */
export type OfferedTools = ReadonlyMap<string, ReadonlySet<string>>;

/** The toolset for what a server offers; undefined when it offers none that is known. */
export function chooseToolset(offered: OfferedTools): Toolset | undefined {
  if (offered.has('convert_document_into_docling_document')) return doclingMcpTools(offered);
  return [...offered.keys()].some((name) => /^convert_[a-z]+$/.test(name)) ? ownTools(offered) : undefined;
}

/** The built-in converter's names, which other servers may offer some of. */
function ownTools(offered: OfferedTools): Toolset {
  return {
    convert: ({ path, fileName, format }) =>
      offering(offered, `convert_${format}`, (takes) => ({
        source: path,
        ...(takes.has('file_name') && { file_name: fileName }),
      })),
    canLoad: offered.has('load_document'),
    load: (path) => offering(offered, 'load_document', () => ({ source: path })),
    export: (format, documentKey, outputPath) => {
      const name = `export_${format}`;
      const writes = offered.get(name)?.has('output_path') ?? false;
      const call = offering(offered, name, () => ({
        document_key: documentKey,
        ...(writes && { output_path: outputPath }),
      }));
      return call && { ...call, deliver: writes ? writtenByServer : writtenFrom('text') };
    },
    release: (documentKey) => offering(offered, 'release_document', () => ({ document_key: documentKey })),
  };
}

/**
 * docling-mcp: one tool for all formats, Markdown as text, JSON as a file on its own disk, and no way
 * to forget a document. Its HTML is left alone: links in it are the document's, whatever they run.
 */
function doclingMcpTools(offered: OfferedTools): Toolset {
  return {
    convert: ({ path }) => offering(offered, 'convert_document_into_docling_document', () => ({ source: path })),
    canLoad: false,
    load: () => undefined,
    export: (format, documentKey) => {
      const key = () => ({ document_key: documentKey });
      switch (format) {
        case 'markdown': {
          const call = offering(offered, 'export_docling_document_to_markdown', key);
          return call && { ...call, deliver: writtenFrom('markdown') };
        }
        case 'json':
          return savedDocument(offered, documentKey);
        case 'html':
          return undefined;
      }
    },
    release: () => undefined,
  };
}

/** Older versions save Markdown and JSON as two files, newer ones the format asked for, in a zip. */
function savedDocument(offered: OfferedTools, documentKey: string): ExportCall | undefined {
  const zips = offered.get('save_docling_document')?.has('output_format') ?? false;
  const call = offering(offered, 'save_docling_document', () => ({
    document_key: documentKey,
    ...(zips && { output_format: 'json' }),
  }));
  return call && { ...call, deliver: zips ? unzippedFrom('file_path', '.json') : copiedFrom('json_file') };
}

function offering(
  offered: OfferedTools,
  name: string,
  makeArguments: (takes: ReadonlySet<string>) => ToolCall['arguments'],
): ToolCall | undefined {
  const takes = offered.get(name);
  return takes && { name, arguments: makeArguments(takes) };
}

/** For a server that wrote the file itself. */
async function writtenByServer(_answer: ToolAnswer, outputPath: string): Promise<number> {
  try {
    return (await stat(outputPath)).size;
  } catch (cause) {
    throw new AppError('E303', 'The converter wrote the export where it cannot be read from here.', { cause });
  }
}

/** For a server that answers the export as the field of that name, or as its text. */
function writtenFrom(field: string): ExportCall['deliver'] {
  return async ({ fields, text }, outputPath) => {
    const content = typeof fields[field] === 'string' ? fields[field] : text;
    if (content === undefined) throw new AppError('E303', 'The converter answered without the export.');
    const bytes = Buffer.from(content);
    await replaceFile(outputPath, (handle) => handle.writeFile(bytes));
    return bytes.length;
  };
}

/** For a server that answers, in the field of that name, which file on a shared disk has the export. */
function copiedFrom(field: string): ExportCall['deliver'] {
  return takenFrom(field, copyFile);
}

/** For a server that answers so which zip has the export, as its entry with that extension. */
function unzippedFrom(field: string, extension: string): ExportCall['deliver'] {
  return takenFrom(field, async (saved, outputPath) => {
    const zip = await ZipPackage.open(saved, new AbortController().signal);
    try {
      const name = zip.names.find((entry) => entry.endsWith(extension));
      if (name === undefined) throw new Error(`there is no ${extension} in the zip`);
      await pipeline(zip.stream(name), createWriteStream(outputPath));
    } finally {
      zip.close();
    }
  });
}

function takenFrom(field: string, take: (saved: string, outputPath: string) => Promise<void>): ExportCall['deliver'] {
  return async ({ fields }, outputPath) => {
    const saved = fields[field];
    if (typeof saved !== 'string') throw new AppError('E303', 'The converter answered without the export.');
    try {
      await take(saved, outputPath);
    } catch (cause) {
      throw new AppError('E303', 'The converter wrote the export where it cannot be read from here.', { cause });
    }
    return (await stat(outputPath)).size;
  };
}
