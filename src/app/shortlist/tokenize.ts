/**
 * Text to tokens: words of scripts with spaces, numbers, and runs of scripts that write no spaces. Each token knows where
 * it stands in the text, so that what was found can be marked.
 */

export interface Token {
  readonly kind: 'word' | 'number' | 'unspaced';
  /** normalised: compatibility forms and letter case folded, numbers written one way */
  readonly text: string;
  /** UTF-16 units of the text, end exclusive */
  readonly start: number;
  readonly end: number;
}

/** Han, kana, hangul (which has spaces, but glues particles to words), and the scripts of South-East Asia. */
const UNSPACED =
  '\\p{Script=Han}\\p{Script=Hiragana}\\p{Script=Katakana}\\p{Script=Hangul}\\p{Script=Thai}\\p{Script=Lao}\\p{Script=Khmer}\\p{Script=Myanmar}ー々';
/** Soft hyphens and zero-width characters: inside a word, and no part of it. */
const INVISIBLE = '\\u00ad\\u200b-\\u200d\\u2060';
const DIGIT_GROUP_MARKS = ".,，．'’ \\u00a0\\u2009\\u202f";

const TOKENS = new RegExp(
  [
    // 184,250.00 and 184.250,00 and 184'250 and 184 250: three digits a group, or it is no group.
    `(?<grouped>(?<![\\p{L}\\p{N}])\\p{Nd}{1,3}(?<mark>[${DIGIT_GROUP_MARKS}])\\p{Nd}{3}(?:\\k<mark>\\p{Nd}{3})*(?:[.,，．]\\p{Nd}+)?(?![\\p{L}\\p{N}]))`,
    `(?<decimal>(?<![\\p{L}\\p{N}]|\\p{Nd}[.,，．])\\p{Nd}+[.,，．]\\p{Nd}+(?![\\p{L}\\p{N}]|[.,，．]\\p{Nd}))`,
    // Lines are broken anywhere in these scripts, hangul excepted.
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
    // Most words of most texts, and the quick way for them.
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
      // A space may as well stand between two numbers.
      if (mark === ' ')
        for (const part of compatible.split(' ')) yield { kind: 'number', text: shortest(part), ...place };
    } else if (decimal !== undefined)
      yield { kind: 'number', text: shortest(normal.replace(',', '.')), ...place };
    else if (unspaced !== undefined) yield { kind: 'unspaced', text: normal, ...place };
    else yield { kind: WHOLE_NUMBER.test(normal) ? 'number' : 'word', text: shortest(normal), ...place };
  }
}

/** Decimals follow the last mark, where that is another than the one that groups the digits. */
function ungrouped(found: string): string {
  const marks = found.replace(/\d/g, '');
  const last = marks.at(-1) ?? '';
  const end = last === marks[0] ? found.length : found.lastIndexOf(last);
  return shortest(`${found.slice(0, end).replace(/\D/g, '')}.${found.slice(end + 1)}`);
}

/** Without zeros that say nothing: 007 is 7, 12.50 is 12.5. What is no number stays. */
function shortest(digits: string): string {
  return digits
    .replace(/^0+(?=\d+(\.|$))/, '')
    .replace(/^(\d+)\.(\d*?)0*$/, (_, whole: string, decimals: string) =>
      decimals === '' ? whole : `${whole}.${decimals}`,
    );
}

/** Digits of any script as 0 to 9. */
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
