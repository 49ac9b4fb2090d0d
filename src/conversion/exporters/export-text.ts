import { AppError } from '../../errors.js';
import { LIMITS } from '../limits.js';

/** Characters that are gathered before they are handed on. */
const PIECE_CHARACTERS = 64 * 1024;

/** The text of an export as it grows, handed on piece by piece: an export is never in memory as a whole. */
export class ExportText {
  private pieces: string[] = [];
  private pending = 0;
  private length = 0;

  constructor(private readonly handOn: (piece: string) => void) {}

  /** @throws AppError E305 when the text would exceed `LIMITS.exportCharacters`, and what `handOn` throws. */
  add(piece: string): void {
    this.length += piece.length;
    if (this.length > LIMITS.exportCharacters) {
      throw new AppError('E305', `The export has more than ${LIMITS.exportCharacters} characters.`);
    }
    this.pieces.push(piece);
    this.pending += piece.length;
    if (this.pending >= PIECE_CHARACTERS) this.flush();
  }

  /** Hands on what is left. */
  flush(): void {
    this.handOn(this.pieces.join(''));
    this.pieces = [];
    this.pending = 0;
  }
}
