/**
 * Splits text into words, numbers, and runs of scripts written without spaces. Each token keeps its position
 * in the text, so that matches can be highlighted.
 */

export interface Token {
  readonly kind: 'word' | 'number' | 'unspaced';
  /** normalised: compatibility forms and case folded, numbers in canonical form */
  readonly text: string;
  /** UTF-16 offset in the text; end exclusive */
  readonly start: number;
  readonly end: number;
}

/** Han, kana, Hangul (spaced, but with particles attached to words), and South-East Asian scripts. */
const UNSPACED =
  '\\p{Script=Han}\\p{Script=Hiragana}\\p{Script=Katakana}\\p{Script=Hangul}\\p{Script=Thai}\\p{Script=Lao}\\p{Script=Khmer}\\p{Script=Myanmar}ー々';
/** Soft hyphens and zero-width characters: may occur inside a word, but are ignored. */
const INVISIBLE = '\\u00ad\\u200b-\\u200d\\u2060';
const DIGIT_GROUP_MARKS = ".,，．'’ \\u00a0\\u2009\\u202f";

const TOKENS = new RegExp(
  [
    // Digit groups must have three digits: 184,250.00, 184.250,00, 184'250, 184 250.
    `(?<grouped>(?<![\\p{L}\\p{N}])\\p{Nd}{1,3}(?<mark>[${DIGIT_GROUP_MARKS}])\\p{Nd}{3}(?:\\k<mark>\\p{Nd}{3})*(?:[.,，．]\\p{Nd}+)?(?![\\p{L}\\p{N}]))`,
    `(?<decimal>(?<![\\p{L}\\p{N}]|\\p{Nd}[.,，．])\\p{Nd}+[.,，．]\\p{Nd}+(?![\\p{L}\\p{N}]|[.,，．]\\p{Nd}))`,
    // Line breaks may fall anywhere in these scripts, except Hangul.
    `(?<unspaced>[${UNSPACED}](?:[${UNSPACED}\\p{M}${INVISIBLE}]|(?<!\\p{Script=Hangul})[ \\t]*\\r?\\n[ \\t]*(?=[${UNSPACED}])(?!\\p{Script=Hangul}))*)`,
    `(?<word>(?:(?![${UNSPACED}])[\\p{L}\\p{N}])(?:(?![${UNSPACED}])[\\p{L}\\p{N}\\p{M}${INVISIBLE}])*)`,
  ].join('|'),
  'gu',
);
const IGNORED = new RegExp(`[\\s${INVISIBLE}]`, 'gu');
const ASCII_WORD = /^[A-Za-z]+$/;
const WHOLE_NUMBER = /^\d+$/;
const STARTS_UNSPACED = new RegExp(`^[${UNSPACED}]`, 'u');

export function isUnspaced(term: string): boolean {
  return STARTS_UNSPACED.test(term);
}

export function* tokenize(text: string): Generator<Token, void> {
  for (const match of text.matchAll(TOKENS)) {
    const [found] = match;
    // Fast path for most words.
    if (ASCII_WORD.test(found)) {
      const end = match.index + found.length;
      yield { kind: 'word', text: found.toLowerCase(), start: match.index, end };
      continue;
    }
    const { grouped, decimal, unspaced, mark } = match.groups ?? {};
    const place = { start: match.index, end: match.index + found.length };
    const compatible = asciiDigits(found.normalize('NFKC'));
    const normal = compatible.replace(IGNORED, '').toLowerCase();
    if (grouped !== undefined) {
      yield { kind: 'number', text: ungrouped(compatible), ...place };
      // The space may also separate two numbers.
      if (mark === ' ')
        for (const part of compatible.split(' ')) yield { kind: 'number', text: shortest(part), ...place };
    } else if (decimal !== undefined)
      yield { kind: 'number', text: shortest(normal.replace(',', '.')), ...place };
    else if (unspaced !== undefined) yield { kind: 'unspaced', text: normal, ...place };
    else yield { kind: WHOLE_NUMBER.test(normal) ? 'number' : 'word', text: shortest(normal), ...place };
  }
}

/** The last mark is the decimal point if it differs from the grouping mark. */
function ungrouped(found: string): string {
  const marks = found.replace(/\d/g, '');
  const last = marks.at(-1) ?? '';
  const end = last === marks[0] ? found.length : found.lastIndexOf(last);
  return shortest(`${found.slice(0, end).replace(/\D/g, '')}.${found.slice(end + 1)}`);
}

/**
 * Drops insignificant zeros: 007 becomes 7, 12.50 becomes 12.5. Anything that is not a number is unchanged.
 */
function shortest(digits: string): string {
  return digits
    .replace(/^0+(?=\d+(\.|$))/, '')
    .replace(/^(\d+)\.(\d*?)0*$/, (_, whole: string, decimals: string) =>
      decimals === '' ? whole : `${whole}.${decimals}`,
    );
}

/** Converts digits of any script to 0–9. */
function asciiDigits(text: string): string {
  return text.replace(/(?![0-9])\p{Nd}/gu, (digit) => {
    let value = 0;
    for (let code = (digit.codePointAt(0) ?? 0) - 1; value < 9 && isDigit(code); code--) value++;
    return String(value);
  });
}

function isDigit(code: number): boolean {
  return /^\p{Nd}$/u.test(String.fromCodePoint(code));
}
