import path from 'node:path';
import { z } from 'zod';

/** What several tools take. */
export const documentKey = z.string().min(1).max(100);

export const absolutePath = z
  .string()
  .max(4096)
  .refine((given) => path.isAbsolute(given), 'has to be an absolute path');
