import { AppError } from '../../errors.js';
import { LIMITS } from '../limits.js';

/** The text of an export as it grows; joined once, at the end. */
export class ExportText {
  private readonly pieces: string[] = [];
  private length = 0;

  /** @throws AppError E305 when the text would exceed `LIMITS.exportCharacters`. */
  add(piece: string): void {
    this.length += piece.length;
    if (this.length > LIMITS.exportCharacters) {
      throw new AppError('E305', `The export has more than ${LIMITS.exportCharacters} characters.`);
    }
    this.pieces.push(piece);
  }

  toString(): string {
    return this.pieces.join('');
  }
}
