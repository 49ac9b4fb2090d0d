import { once } from 'node:events';
import { Busboy, type BusboyFileStream, type BusboyInstance } from '@fastify/busboy';
import type { Joi } from 'celebrate';
import type { Request } from 'express';
import { AppError } from '../errors.js';
import { cleanFileName } from '../storage/file-name.js';
import { tooLarge, type InputStorage, type StoredInput } from '../storage/input-storage.js';
import { announcedBytes } from './content.js';
import { ClientGoneError, fieldName } from './request-errors.js';
import { validateForm } from './validation.js';

export interface UploadedFile {
  readonly input: StoredInput;
  readonly fileName: string;
  /** As the client has it; decides nothing but what the content leaves open. */
  readonly declaredMimeType: string;
}

export interface UploadForm<T> {
  readonly file: UploadedFile;
  /** The other fields, validated. */
  readonly fields: T;
}

export interface UploadOptions<T> {
  /** Size of the file, not of the form. */
  readonly maxBytes: number;
  /** Of the fields beside the file. */
  readonly schema: Joi.ObjectSchema<T>;
}

/** Name of the part that holds the document. */
const FILE_PART = 'file';
const DEFAULT_FILE_NAME = 'upload';

/** What a form has beside its file: boundaries, part headers, fields. */
const FORM_ALLOWANCE_BYTES = 64 * 1024;

const LIMITS = { fieldSize: 2_048, fields: 10, files: 2, parts: 12, headerPairs: 20, headerSize: 8_192 };

/**
 * Reads a `multipart/form-data` body with one file, which goes straight into the storage. When it
 * rejects, nothing of the upload is left; the body may not have been read to its end.
 *
 * @throws AppError E001 when the file is larger than `maxBytes`, E005 when it cannot be stored, E802
 *   when the form is malformed; ClientGoneError.
 */
export async function readUpload<T>(
  request: Request,
  storage: InputStorage,
  options: UploadOptions<T>,
): Promise<UploadForm<T>> {
  if (announcesTooMuch(request, options.maxBytes)) throw tooLarge(options.maxBytes);
  return new FormReader(request, storage, options).read();
}

/** Whether a body is, by its own Content-Length, too long for a form with a file of `maxBytes`. */
export function announcesTooMuch(request: Pick<Request, 'headers'>, maxBytes: number): boolean {
  return (announcedBytes(request) ?? 0) > maxBytes + FORM_ALLOWANCE_BYTES;
}

class FormReader<T> {
  private readonly fields = new Map<string, string>();
  /** Aborted with the reason for which the form is refused; the first counts. */
  private readonly refusal = new AbortController();
  private file: (Omit<UploadedFile, 'input'> & { readonly stored: Promise<StoredInput> }) | undefined;

  constructor(
    private readonly request: Request,
    private readonly storage: InputStorage,
    private readonly options: UploadOptions<T>,
  ) {}

  async read(): Promise<UploadForm<T>> {
    const parser = createParser(this.request);
    try {
      await this.parse(parser);
      if (!this.file) throw invalidForm(FILE_PART, 'is required');
      const fields = validateForm(this.options.schema, Object.fromEntries(this.fields));
      const { stored, ...file } = this.file;
      return { file: { ...file, input: await stored }, fields };
    } catch (error) {
      this.request.unpipe(parser);
      await this.discard();
      throw this.refusal.signal.aborted ? this.refusal.signal.reason : error;
    }
  }

  /** Resolves at the end of the form; its file may then still be on the way to the disk. */
  private async parse(parser: BusboyInstance): Promise<void> {
    const { request } = this;
    const whenClosed = () => {
      if (!request.complete) this.refuse(new ClientGoneError());
    };
    parser.on('file', (name, stream, fileName, _encoding, mimeType) => {
      this.takeFile(name, stream, fileName, mimeType);
    });
    parser.on('field', (name, value, _nameTruncated, truncated) => {
      this.takeField(name, value, truncated);
    });
    for (const limit of ['partsLimit', 'filesLimit', 'fieldsLimit'] as const) {
      parser.once(limit, () => {
        this.refuse(invalidForm('body', 'has too many parts'));
      });
    }
    parser.on('error', (error) => {
      this.refuse(invalidForm('body', 'is not well-formed multipart/form-data', error));
    });
    request.once('close', whenClosed);
    try {
      const finished = once(parser, 'finish', { signal: this.refusal.signal });
      request.pipe(parser);
      await finished;
    } finally {
      request.off('close', whenClosed);
    }
  }

  private takeFile(name: string, stream: BusboyFileStream, fileName: string | undefined, mimeType: string): void {
    // Its failures reach `store`; of one that comes after the form was refused nobody needs to hear.
    stream.on('error', () => undefined);
    const fault = name === FILE_PART ? this.file && 'must be given only once' : 'is not allowed to be a file';
    if (fault !== undefined) this.refuse(invalidForm(name, fault));
    const { signal } = this.refusal;
    if (signal.aborted) {
      stream.resume();
      return;
    }
    const stored = this.storage.store(stream, { maxBytes: this.options.maxBytes, signal });
    stored.catch((error: unknown) => {
      this.refuse(error);
    });
    const cleanName = fileName === undefined ? null : cleanFileName(fileName);
    this.file = { stored, fileName: cleanName ?? DEFAULT_FILE_NAME, declaredMimeType: mimeType };
  }

  private takeField(name: string, value: string, truncated: boolean): void {
    if (truncated) this.refuse(invalidForm(name, 'is too long'));
    else if (this.fields.has(name)) this.refuse(invalidForm(name, 'must be given only once'));
    else this.fields.set(name, value);
  }

  private refuse(reason: unknown): void {
    this.refusal.abort(reason);
  }

  private async discard(): Promise<void> {
    const stored = await this.file?.stored.catch(() => undefined);
    // Why the form was refused matters more than that the disk failed as well.
    if (stored) await this.storage.remove(stored.path).catch(() => undefined);
  }
}

function createParser({ headers }: Request): BusboyInstance {
  try {
    return new Busboy({
      headers: { ...headers, 'content-type': headers['content-type'] ?? '' },
      limits: LIMITS,
      preservePath: true,
      isPartAFile: (name, _type, fileName) => name === FILE_PART || fileName !== undefined,
    });
  } catch (error) {
    throw invalidForm('body', 'is multipart/form-data without a usable boundary', error);
  }
}

function invalidForm(name: string | undefined, reason: string, cause?: unknown): AppError {
  const field = name === undefined ? 'a part without a name' : fieldName(name);
  return new AppError('E802', `${field} ${reason}.`, { fields: [{ field, reason }], cause });
}
