import { Transform, type TransformCallback } from 'node:stream';

/** Passes bytes on, counts them, and fails when there are more than `maxBytes`. */
export class ByteLimit extends Transform {
  /** Those that have passed so far. */
  bytes = 0;

  constructor(
    private readonly maxBytes: number,
    private readonly failure: () => Error,
  ) {
    super();
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    this.bytes += chunk.length;
    if (this.bytes > this.maxBytes) done(this.failure());
    else done(null, chunk);
  }
}
