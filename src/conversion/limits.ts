/**
 * Bounds on what a converter child will build in memory. They stop hostile and broken files, not
 * real ones: the largest samples of the field stay well below.
 */
export const LIMITS = Object.freeze({
  /** Entries of a zip container. */
  zipEntries: 20_000,
  /** Bytes of one zip entry after inflation. */
  zipEntryBytes: 256 * 1024 * 1024,
  /** Bytes of all entries that are read, after inflation. */
  zipTotalBytes: 512 * 1024 * 1024,
  /** Inflated to deflated size of one entry above 1 MB; XML reaches about 100. */
  zipRatio: 500,
  /** Bytes of a text file (HTML, Markdown, plain) that is read into memory. */
  textBytes: 64 * 1024 * 1024,
  /** Characters of one CSV record. */
  csvRecordCharacters: 16 * 1024 * 1024,
  /** Characters of one export. */
  exportCharacters: 128 * 1024 * 1024,
  /** Nodes of a parsed HTML or XML tree. */
  nodes: 2_000_000,
  /** Depth of elements, lists or quotes. */
  depth: 256,
  /** Items of a document: texts, groups, pictures, tables. */
  items: 400_000,
  /** Cells of all tables together. */
  cells: 1_000_000,
  /** Pages of a PDF or slides of a presentation. */
  pages: 5_000,
  /** Characters on one page of a PDF; a dense newspaper page has about 30,000. */
  glyphsPerPage: 200_000,
  /** Pixels of an image that is decoded: an A4 page at 600 dpi has 35 million. */
  imagePixels: 40_000_000,
  /** Scanned pages of one PDF whose text is recognised, at several seconds each. */
  scannedPages: 100,
  /** Milliseconds for decoding one image of a PDF. */
  imageDecodingMs: 30_000,
});
