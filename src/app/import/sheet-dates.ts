/** Dates in spreadsheets: day numbers in cells with a date format. */

/** Built-in date formats, which files need not define. */
const DATE_FORMATS = new Set([14, 15, 16, 17, 18, 19, 20, 21, 22, 45, 46, 47]);
const MS_PER_DAY = 86_400_000;

export function isDateFormat(id: number, code: string | undefined): boolean {
  if (DATE_FORMATS.has(id) || (id >= 27 && id <= 36) || (id >= 50 && id <= 58)) return true;
  // Removes quoted words, escaped characters, colours and the like.
  const plain = (code ?? '').replace(/"[^"]*"|\\.|_.|\*.|\[(?!h+\]|m+\]|s+\])[^\]]*\]/gi, '');
  return /[dmyhs]/i.test(plain) && !/[#0?]/.test(plain.replace(/s\.0+/i, 's')) && !/general/i.test(plain);
}

/** `2009-03-04`, with the time if there is one; only the time for less than a day. */
export function serialDate(serial: number, startsIn1904 = false): string {
  // Days count from 1899-12-30 because Excel treats 1900 as a leap year; earlier than March 1900 is off by
  // one.
  const days = startsIn1904 ? serial + 1462 : serial < 60 ? serial + 1 : serial;
  const date = new Date(Math.round(days * 86_400) * 1000 + Date.UTC(1899, 11, 30));
  if (Number.isNaN(date.getTime()) || serial < 0) return String(serial);
  const [day = '', time = ''] = date.toISOString().slice(0, 19).split('T');
  if (serial < 1 && !startsIn1904) return time;
  return date.getTime() % MS_PER_DAY === 0 ? day : `${day} ${time}`;
}
