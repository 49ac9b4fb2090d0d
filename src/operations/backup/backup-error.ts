/** Why there is no backup, or no proof of one, in words that say what to do. Holds no secret. */
export class BackupError extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'BackupError';
  }
}

/** A program or a connection was ended because this process was told to stop. */
export class Interrupted extends BackupError {
  constructor(readonly signal: NodeJS.Signals) {
    super(`Stopped by ${signal}.`);
    this.name = 'Interrupted';
  }
}
