/** Removes what a server quotes of a prompt from its message: errors are shown and logged, and texts are private. */

/** Letters in common from which on a match is a quote; fewer may be words that any message shares with a text. */
const MIN_LETTERS = 24;
/** Servers quote JSON, Python or HTML: letters are compared alone, so that it does not matter how the rest is escaped. */
const LETTER_OR_ESCAPE =
  /\\+(?:u[\da-f]{4}|x[\da-f]{2}|[nrtbf])|&(?:#\d+|#x[\da-f]+|[a-z]+);|[\p{L}\p{N}]/giu;

interface Letter {
  readonly letter: string;
  readonly start: number;
  readonly end: number;
}

export function withoutQuotes(said: string, prompt: string): string {
  const source = joined(lettersOf(prompt));
  const letters = lettersOf(said);
  let kept = '';
  let quotedUntil = 0;
  for (let i = 0; i + MIN_LETTERS <= letters.length; i++) {
    const window = letters.slice(i, i + MIN_LETTERS);
    if (!source.includes(joined(window))) continue;
    const { start } = window[0]!;
    if (start >= quotedUntil) kept += `${said.slice(quotedUntil, start)}[…]`;
    quotedUntil = window.at(-1)!.end;
  }
  return kept + said.slice(quotedUntil);
}

/** Letters and digits of a text. */
function lettersOf(text: string): Letter[] {
  return Array.from(text.matchAll(LETTER_OR_ESCAPE), ({ 0: found, index }) => ({
    letter: decoded(found),
    start: index,
    end: index + found.length,
  })).filter(({ letter }) => letter !== '');
}

/** Empty for an escape of anything but a letter or digit. */
function decoded(found: string): string {
  const code = /^\\+[ux]([\da-f]+)$/i.exec(found)?.[1];
  if (code === undefined) return /^[\\&]/.test(found) ? '' : found;
  const letter = String.fromCharCode(parseInt(code, 16));
  return /[\p{L}\p{N}]/u.test(letter) ? letter : '';
}

const joined = (letters: readonly Letter[]): string => letters.map(({ letter }) => letter).join('');
