import { AnnotationType, type PDFDocumentProxy, type PDFPageProxy } from 'pdfjs-dist/legacy/build/pdf.mjs';
import { transformedBox, type Matrix } from './geometry.js';
import type { Link } from './model.js';

interface LinkAnnotation {
  readonly pageIndex: number;
  readonly url?: string;
  readonly rect?: readonly number[];
}

/** The links of a document to addresses outside it, by the index of their page. */
export type LinkAnnotations = ReadonlyMap<number, readonly LinkAnnotation[]>;

/**
 * Reads the links of all pages at once: asked page by page, pdfjs extracts the whole text of a page
 * again to tell which words are under a link. Where the pages cannot all be read, there are none.
 */
export async function readLinks(document: PDFDocumentProxy): Promise<LinkAnnotations> {
  const annotations = await document
    .getAnnotationsByType(new Set([AnnotationType.LINK]), new Set())
    .catch(() => undefined);
  const byPage = new Map<number, LinkAnnotation[]>();
  for (const link of (annotations ?? []) as LinkAnnotation[]) {
    if (link.url === undefined) continue;
    const known = byPage.get(link.pageIndex);
    if (known) known.push(link);
    else byPage.set(link.pageIndex, [link]);
  }
  return byPage;
}

/** The links of one page and where they stand on it. */
export function linksOn(page: PDFPageProxy, annotations: LinkAnnotations): Link[] {
  const toPage = page.getViewport({ scale: 1 }).transform as unknown as Matrix;
  return (annotations.get(page.pageNumber - 1) ?? []).flatMap(({ url, rect }) => {
    if (!url || rect?.length !== 4) return [];
    const [x0 = 0, y0 = 0, x1 = 0, y1 = 0] = rect;
    return [{ url, box: transformedBox(toPage, x0, y0, x1, y1) }];
  });
}
