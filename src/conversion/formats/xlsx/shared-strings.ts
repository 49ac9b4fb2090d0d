import { AppError } from '../../../errors.js';
import { LIMITS } from '../../limits.js';
import { streamXml } from '../../package/xml-reader.js';
import type { ZipPackage } from '../../package/zip-package.js';

/** The workbook's table of strings; a cell names one by its index. None is an empty table. */
export async function readSharedStrings(pkg: ZipPackage, part: string | undefined): Promise<string[]> {
  const strings: string[] = [];
  if (part === undefined || !pkg.has(part)) return strings;
  const collector = new StringCollector();
  await streamXml(pkg.stream(part), {
    open: (name) => {
      collector.open(name);
    },
    text: (text) => {
      collector.text(text);
    },
    close: (name) => {
      collector.close(name);
      if (name !== 'si') return;
      if (strings.length >= LIMITS.cells)
        throw new AppError('E305', 'The workbook has more texts than the converter takes');
      strings.push(collector.take());
    },
  });
  return strings;
}

/** Gathers the text of a string item, of one or several runs, without its phonetic guide. */
export class StringCollector {
  private value = '';
  private inText = false;
  private inGuide = false;

  open(name: string): void {
    if (name === 'rPh') this.inGuide = true;
    else if (name === 't') this.inText = !this.inGuide;
  }

  text(text: string): void {
    if (this.inText) this.value += text;
  }

  close(name: string): void {
    if (name === 'rPh') this.inGuide = false;
    else if (name === 't') this.inText = false;
  }

  take(): string {
    const value = unescapeText(this.value);
    this.value = '';
    return value;
  }
}

/** Characters that XML cannot hold are written as `_x000D_`. */
export function unescapeText(text: string): string {
  if (!text.includes('_x')) return text;
  return text.replace(/_x([0-9A-F]{4})_/gi, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)));
}
