/** Numbers in spreadsheet cells as the spreadsheet shows them: dates, percentages, currencies. */
import { format, getFormatFromId, isDateFormat } from 'numfmt';

const ISO_DATE = 'yyyy-mm-dd';
const ISO_TIME = 'yyyy-mm-dd hh:mm';
/** Built-in formats whose order of day and month depends on the user's system: shown as ISO dates. */
const SYSTEM_DATES: ReadonlyMap<number, string> = new Map([
  [14, ISO_DATE],
  [22, ISO_TIME],
]);
/** Days from 1899-12-30 to 1904-01-01, from which some workbooks count. */
const DAYS_TO_1904 = 1462;
/** Lower ids are built in. */
const FIRST_OWN_FORMAT = 164;
const DURATION = /\[(h+|m+|s+)\]/i;

/** A workbook's formats, by id. */
export class NumberFormats {
  startsIn1904 = false;
  readonly #codes = new Map<number, string>();

  define(id: number, code: string): void {
    this.#codes.set(id, code);
  }

  show(value: number, id: number): string {
    // Spreadsheets display 15 digits; files store 17.
    const plain = String(Number(value.toPrecision(15)));
    const code = this.#codeOf(id);
    if (code === '' || /^general$/i.test(code)) return plain;
    try {
      const isDate = isDateFormat(code) && !DURATION.test(code);
      const days = this.startsIn1904 && isDate ? DAYS_TO_1904 : 0;
      const shown = format(code, value + days)
        .replace(/\s+/g, ' ')
        .trim();
      // A format may hide the number, or show it as a line of `#`.
      return /[\p{L}\p{N}]/u.test(shown) ? shown : plain;
    } catch {
      return plain; // not a format
    }
  }

  /** Empty if the format is unknown. */
  #codeOf(id: number): string {
    const code = this.#codes.get(id) ?? SYSTEM_DATES.get(id);
    if (code !== undefined) return code;
    // Built-in dates of East Asian versions.
    if ((id >= 27 && id <= 36) || (id >= 50 && id <= 58)) return ISO_DATE;
    // Their currency depends on the user's system too.
    return id < FIRST_OWN_FORMAT ? (getFormatFromId(id) ?? '').replaceAll('$', '') : '';
  }
}
