import { z } from 'zod';
import { EXPORT_FORMATS } from '../conversion/client/converter.js';

/** Changes with the shape of a checkpoint or the meaning of its files; others are of no use then. */
export const CHECKPOINT_VERSION = 1;
export const CHECKPOINT_LIFETIME_MS = 24 * 60 * 60 * 1_000;

const savedFile = z.strictObject({
  /** Within the folder of the attempt that saved it. */
  name: z.string().regex(/^[a-z][\w.-]*$/),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
});

const checkpointSchema = z
  .strictObject({
    version: z.literal(CHECKPOINT_VERSION),
    /** Of the attempt whose folder holds the files. */
    fencingToken: z.number().int().positive(),
    savedAt: z.iso.datetime({ offset: true }),
    input: z.strictObject({
      file: savedFile,
      fileName: z.string().min(1),
      format: z.string().min(1),
      mimeType: z.string().min(1),
      size: z.number().int().nonnegative(),
    }),
    /** The tool that converted the document; null when it is still to be converted. */
    toolName: z.string().min(1).nullable(),
    exports: z.array(z.strictObject({ format: z.enum(EXPORT_FORMATS), file: savedFile })).max(EXPORT_FORMATS.length),
  })
  .refine(({ toolName, exports }) => toolName !== null || exports.length === 0);

/** What one attempt leaves to the next: which files hold the outcome of its finished stages. */
export type Checkpoint = z.infer<typeof checkpointSchema>;
export type SavedFile = z.infer<typeof savedFile>;

/** Why the work starts over. */
export class CheckpointUnusable extends Error {}

/**
 * The checkpoint in `jobs.checkpoint_data`. `now` is the database's, as is the time of saving.
 *
 * @throws CheckpointUnusable when it is of another version, broken or expired.
 */
export function readCheckpoint(data: unknown, now: Date): Checkpoint {
  const { success, data: checkpoint } = checkpointSchema.safeParse(data);
  if (!success) throw new CheckpointUnusable('It is of another version, or broken.');
  if (now.getTime() - Date.parse(checkpoint.savedAt) > CHECKPOINT_LIFETIME_MS) {
    throw new CheckpointUnusable('It has expired.');
  }
  return checkpoint;
}
