/** Blanks between words, and the three ways to write a part of a word. */
const TOKEN = /\s+|'([^']*)'|"((?:[^"\\]|\\[^])*)"|((?:[^\s'"\\]|\\[^])+)/y;

/**
 * Splits a command line as a POSIX shell does: single quotes keep everything, double quotes all
 * but `\"`, `\\`, `\$` and `` \` ``, and outside of quotes a backslash keeps the next character.
 * Nothing is expanded, and no shell is started.
 *
 * @throws Error when it is blank, a quote is not closed, or it ends in a backslash.
 */
export function splitCommandLine(line: string): { command: string; args: string[] } {
  const words: string[] = [];
  let word: string | undefined;
  const token = new RegExp(TOKEN);
  while (token.lastIndex < line.length) {
    const at = token.lastIndex;
    const match = token.exec(line);
    if (!match)
      throw new Error(`The command line cannot be read from character ${at + 1}: an open quote or backslash.`);
    const part = partOf(match);
    if (part !== undefined) word = (word ?? '') + part;
    else if (word !== undefined) {
      words.push(word);
      word = undefined;
    }
  }
  if (word !== undefined) words.push(word);
  const [command, ...args] = words;
  if (!command) throw new Error('The command line is blank.');
  return { command, args };
}

/** What a token adds to its word; undefined for the blanks between two. */
function partOf([, single, double, bare]: RegExpExecArray): string | undefined {
  return single ?? double?.replaceAll(/\\(["\\$`])/g, '$1') ?? bare?.replaceAll(/\\([^])/g, '$1');
}
