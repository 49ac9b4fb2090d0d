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
  /** Nodes of a parsed HTML or XML tree. */
  nodes: 2_000_000,
  /** Depth of elements, lists or quotes. */
  depth: 256,
  /** Cells of all tables together. */
  cells: 2_000_000,
  /** Pages of a PDF or slides of a presentation. */
  pages: 5_000,
});
