import { AppError } from '../../errors.js';
import { CompletedSession } from './completed-session.js';
import type { Converter } from './converter.js';
import type { PooledConverter } from './create-converter.js';

/**
 * Another converter with the built-in one at its side for the exports that it lacks; that one is only
 * started when there are any.
 */
export function completedConverter(converter: PooledConverter, startBuiltIn: () => Converter): PooledConverter {
  let builtIn: Converter | undefined;
  let closed = false;
  const openBuiltIn: Converter['open'] = (options) => {
    if (closed) throw new AppError('E201', 'The converter is shut down.');
    builtIn ??= startBuiltIn();
    return builtIn.open(options);
  };
  return {
    get status() {
      return converter.status;
    },
    open: async (options) => new CompletedSession(await converter.open(options), openBuiltIn),
    ping: (timeoutMs) => converter.ping(timeoutMs),
    close: async () => {
      closed = true;
      await Promise.all([converter.close(), builtIn?.close()]);
    },
  };
}
