import { AppError } from '../../errors.js';
import type { DoclingDocument } from '../document/docling-document.js';
import type { FormatInput } from '../formats/format.js';
import { ZipPackage } from './zip-package.js';

/**
 * Opens the input as a zip container for `convert` and closes it again.
 *
 * @throws the AppErrors of `Format.read`; E302 for whatever `convert` throws besides. An aborted
 * reading throws the signal's reason.
 */
export async function readPackage(
  input: FormatInput,
  convert: (pkg: ZipPackage, input: FormatInput) => Promise<DoclingDocument>,
): Promise<DoclingDocument> {
  const pkg = await ZipPackage.open(input.path, input.signal);
  try {
    return await convert(pkg, input);
  } catch (error) {
    if (error instanceof AppError || input.signal.aborted) throw error;
    throw new AppError('E302', 'The document could not be converted', { cause: error });
  } finally {
    pkg.close();
  }
}
