/**
 * Computes the numbers of Word's lists and headings: they are not stored as text, but people refer to them
 * ("clause 9").
 */
import type { ZipPackage } from './zip-package.ts';

interface Level {
  start: number;
  format: string;
  /** `%1.%2`: the numbers of levels one and two */
  text: string;
}

interface NumberedStyle {
  basedOn: string;
  list: string;
  level: number;
}

const MAX_LEVELS = 9;
const MAX_BASES = 20;

export class WordNumbering {
  /** by abstract list id */
  readonly #levels = new Map<string, Level[]>();
  /** list ids to abstract lists; lists with the same abstract list share a counter */
  readonly #abstract = new Map<string, string>();
  readonly #styles = new Map<string, NumberedStyle>();
  readonly #counts = new Map<string, number[]>();
  /** lists that restart when first used, by level */
  readonly #restarts = new Map<string, Map<number, number>>();

  /** Either part may be missing. */
  static async read(archive: ZipPackage, numbering: string, styles: string): Promise<WordNumbering> {
    const all = new WordNumbering();
    await all.#readLists(archive, numbering);
    await all.#readStyles(archive, styles);
    return all;
  }

  /**
   * The label before a paragraph, such as `9.1`, advancing the counter; empty if it has no number, or a
   * bullet.
   */
  next(style: string, list: string | undefined, level: number | undefined): string {
    const inherited = this.#ofStyle(style);
    const id = list ?? inherited?.list ?? '';
    const abstract = this.#abstract.get(id);
    const levels = abstract === undefined ? undefined : this.#levels.get(abstract);
    const place = Math.min(MAX_LEVELS - 1, Math.max(0, level ?? inherited?.level ?? 0));
    const own = levels?.[place];
    if (abstract === undefined || !levels || !own) return '';
    const counts = this.#counts.get(abstract) ?? [];
    this.#counts.set(abstract, counts);
    const restart = this.#restarts.get(id)?.get(place);
    if (restart !== undefined) {
      this.#restarts.get(id)?.delete(place);
      counts[place] = restart - 1;
    }
    counts[place] = (counts[place] ?? own.start - 1) + 1;
    counts.length = place + 1;
    if (own.format === 'bullet' || own.format === 'none') return '';
    return own.text.replace(/%(\d)/g, (_, digit: string) => {
      const other = levels[Number(digit) - 1];
      return other ? formatNumber(counts[Number(digit) - 1] ?? other.start, other.format) : '';
    });
  }

  #ofStyle(name: string): NumberedStyle | undefined {
    let style = this.#styles.get(name);
    for (let n = 0; style && style.list === '' && n < MAX_BASES; n++) style = this.#styles.get(style.basedOn);
    return style?.list === '' ? undefined : style;
  }

  async #readLists(archive: ZipPackage, part: string): Promise<void> {
    let levels: Level[] = [];
    let level: Level | undefined;
    let list = '';
    let place = 0;
    await archive.read(part, {
      open: ({ name, attributes }) => {
        const { val = '' } = attributes;
        if (name === 'abstractNum') {
          levels = [];
          this.#levels.set(attributes.abstractNumId ?? '', levels);
        } else if (name === 'lvl' && list === '') {
          level = { start: 1, format: 'decimal', text: '' };
          levels[Number(attributes.ilvl)] = level;
        } else if (name === 'start' && level) level.start = Number(val) || 0;
        else if (name === 'numFmt' && level) level.format = val;
        else if (name === 'lvlText' && level) level.text = val;
        else if (name === 'num') list = attributes.numId ?? '';
        else if (name === 'abstractNumId' && list !== '') this.#abstract.set(list, val);
        else if (name === 'lvlOverride') place = Number(attributes.ilvl);
        else if (name === 'startOverride') {
          const restarts = this.#restarts.get(list) ?? new Map<number, number>();
          this.#restarts.set(list, restarts.set(place, Number(val)));
        }
      },
      close: (name) => {
        if (name === 'lvl') level = undefined;
        if (name === 'num') list = '';
      },
    });
  }

  async #readStyles(archive: ZipPackage, part: string): Promise<void> {
    let style: NumberedStyle | undefined;
    await archive.read(part, {
      open: ({ name, attributes }) => {
        const { val = '' } = attributes;
        if (name === 'style') {
          style = { basedOn: '', list: '', level: 0 };
          this.#styles.set(attributes.styleId ?? '', style);
        } else if (name === 'basedOn' && style) style.basedOn = val;
        else if (name === 'numId' && style) style.list = val;
        else if (name === 'ilvl' && style) style.level = Number(val) || 0;
      },
      close: (name) => {
        if (name === 'style') style = undefined;
      },
    });
  }
}

function formatNumber(value: number, format: string): string {
  switch (format) {
    case 'lowerLetter':
      return letters(value).toLowerCase();
    case 'upperLetter':
      return letters(value);
    case 'lowerRoman':
      return roman(value).toLowerCase();
    case 'upperRoman':
      return roman(value);
    case 'decimalZero':
      return String(value).padStart(2, '0');
    default: // Chinese and Japanese formats too
      return String(value);
  }
}

/** A to Z, then AA to ZZ, as Word counts. */
function letters(value: number): string {
  if (value < 1) return String(value);
  const letter = String.fromCharCode(65 + ((value - 1) % 26));
  return letter.repeat(Math.min(20, Math.ceil(value / 26)));
}

const ROMAN: readonly (readonly [number, string])[] = [
  [1000, 'M'], [900, 'CM'], [500, 'D'], [400, 'CD'], [100, 'C'], [90, 'XC'], [50, 'L'], [40, 'XL'], [10, 'X'], [9, 'IX'],
  [5, 'V'], [4, 'IV'], [1, 'I'],
]; // prettier-ignore

function roman(value: number): string {
  if (value < 1 || value > 4_999) return String(value);
  let [left, text] = [value, ''];
  for (const [worth, sign] of ROMAN) for (; left >= worth; left -= worth) text += sign;
  return text;
}
