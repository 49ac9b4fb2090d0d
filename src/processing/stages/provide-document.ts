import type { CallOptions, ConversionSession } from '../../conversion/client/converter.js';
import type { Logger } from '../../observability/logger.js';
import type { Finished } from '../attempt-checkpoint.js';
import { isRetryable, toFailure } from '../failure.js';

/**
 * Gets the document into the converter: loads what an earlier attempt saved of it, where there is such
 * and the converter can, else calls `convert`. Answers the name of the tool that converted it.
 */
export async function provideDocument(
  session: ConversionSession,
  { toolName, exports }: Finished,
  options: CallOptions,
  log: Logger,
  convert: () => Promise<{ toolName: string }>,
): Promise<string> {
  const saved = exports.find(({ format }) => format === 'json');
  if (toolName === null || !saved || !session.canLoad) return (await convert()).toolName;
  try {
    await session.load(saved.path, options);
    return toolName;
  } catch (error) {
    options.signal.throwIfAborted();
    if (isRetryable(toFailure(error))) throw error;
    // Another version of the converter may have written it.
    log.warn('the saved document was not loaded; it is converted again', { error });
    return (await convert()).toolName;
  }
}
