/** Excel 97 to 2003 (.xls, [MS-XLS]): one unit per row, labelled with column names. */
import type { CompoundFile } from './compound-file.ts';
import { describeTable } from './describe-table.ts';
import { unreadPictures } from './document-pictures.ts';
import type { FileContent } from './file-content.ts';
import { note, UnreadableFile } from './import-notes.ts';
import { NumberFormats } from './number-formats.ts';
import { Stories } from './stories.ts';
import { readXlsStrings, readXlsText } from './xls-strings.ts';

const RECORD = {
  bof: 0x809, eof: 0x0a, filePass: 0x2f, boundSheet: 0x85, sst: 0xfc, continued: 0x3c, labelSst: 0xfd, label: 0x204, number: 0x203,
  rk: 0x27e, drawings: 0xeb, mulRk: 0xbd, formula: 0x06, string: 0x207, boolErr: 0x205, format: 0x41e, xf: 0xe0, date1904: 0x22,
} as const; // prettier-ignore

const MAX_COLUMNS = 256;
/** Of drawing records ([MS-ODRAW]). */
const HEADER_BYTES = 8;
const PICTURE_LIST = 0xf001;

interface XlsRecord {
  readonly type: number;
  readonly at: number;
  readonly data: Uint8Array;
}

interface Sheet {
  readonly name: string;
  readonly at: number;
  readonly rows: Map<number, Map<number, string>>;
}

export function readXls(file: CompoundFile): FileContent {
  const bytes = file.stream('Workbook');
  if (!bytes) throw new UnreadableFile(note('old-office')); // Excel 95 and older
  const reader = new XlsReader();
  for (const record of records(bytes)) reader.add(record);
  const stories = new Stories();
  for (const { name, rows } of reader.sheets) {
    const sorted = [...rows].sort(([a], [b]) => a - b);
    for (const { index, text, column } of describeTable(sorted.map(([, row]) => row))) {
      if (stories.isFull) break;
      const record = (sorted[index]?.[0] ?? index) + 1;
      stories.add(text, { part: 'sheet', label: name, record, ...(column && { column }) });
    }
  }
  const warnings = file.has('_VBA_PROJECT_CUR') ? [note('macros')] : [];
  return { kind: 'xls', units: stories.finish(), warnings, pictures: unreadPictures(reader.numPictures) };
}

function* records(bytes: Uint8Array): Generator<XlsRecord, void> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  for (let at = 0; at + 4 <= bytes.length;) {
    const length = view.getUint16(at + 2, true);
    yield { type: view.getUint16(at, true), at, data: bytes.subarray(at + 4, at + 4 + length) };
    at += 4 + length;
  }
}

class XlsReader {
  readonly sheets: Sheet[] = [];
  numPictures = 0;
  #sheet: Sheet | undefined;
  #strings: string[] = [];
  /** pieces of the string table, which may span several records */
  #pieces: Uint8Array[] | null = null;
  readonly #formats = new NumberFormats();
  readonly #formatOfStyle: number[] = [];
  /** formula cell whose text follows in a separate record */
  #waiting: { readonly row: number; readonly column: number } | null = null;

  add({ type, at, data }: XlsRecord): void {
    if (type === RECORD.continued) {
      this.#pieces?.push(data);
      return;
    }
    if (this.#pieces) {
      this.#strings = readXlsStrings(this.#pieces);
      this.#pieces = null;
    }
    const view = new DataView(data.buffer, data.byteOffset, data.length);
    if (type === RECORD.filePass) throw new UnreadableFile(note('locked-document'));
    try {
      this.#addRecord(type, at, data, view);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error; // record shorter than its type requires
    }
  }

  #addRecord(type: number, at: number, data: Uint8Array, view: DataView): void {
    switch (type) {
      case RECORD.boundSheet:
        this.sheets.push({
          name: readXlsText(data, data[6] ?? 0, 7),
          at: view.getUint32(0, true),
          rows: new Map(),
        });
        break;
      case RECORD.bof:
        this.#sheet = this.sheets.find((sheet) => sheet.at === at);
        break;
      case RECORD.drawings:
        this.numPictures += countPictures(view);
        break;
      case RECORD.sst:
        this.#pieces = [data];
        break;
      case RECORD.date1904:
        this.#formats.startsIn1904 = view.getUint16(0, true) === 1;
        break;
      case RECORD.format:
        this.#formats.define(view.getUint16(0, true), readXlsText(data, view.getUint16(2, true), 4));
        break;
      case RECORD.xf:
        this.#formatOfStyle.push(view.getUint16(2, true));
        break;
      case RECORD.string:
        if (this.#waiting)
          this.#set(this.#waiting.row, this.#waiting.column, readXlsText(data, view.getUint16(0, true), 2));
        this.#waiting = null;
        break;
      default:
        if (this.#sheet) this.#addCell(type, data, view);
    }
  }

  #addCell(type: number, data: Uint8Array, view: DataView): void {
    if (type === RECORD.mulRk) {
      const [row, first] = [view.getUint16(0, true), view.getUint16(2, true)];
      for (let n = 0; 4 + n * 6 + 6 <= data.length - 2; n++)
        this.#setNumber(row, first + n, view.getUint16(4 + n * 6, true), rkNumber(view, 6 + n * 6));
      return;
    }
    const isCell: readonly number[] = [
      RECORD.labelSst,
      RECORD.label,
      RECORD.number,
      RECORD.rk,
      RECORD.formula,
      RECORD.boolErr,
    ];
    if (!isCell.includes(type)) return;
    const [row, column, style] = [view.getUint16(0, true), view.getUint16(2, true), view.getUint16(4, true)];
    if (type === RECORD.labelSst) this.#set(row, column, this.#strings[view.getUint32(6, true)] ?? '');
    else if (type === RECORD.label) this.#set(row, column, readXlsText(data, view.getUint16(6, true), 8));
    else if (type === RECORD.rk) this.#setNumber(row, column, style, rkNumber(view, 6));
    else if (type === RECORD.number) this.#setNumber(row, column, style, view.getFloat64(6, true));
    else if (type === RECORD.boolErr) this.#set(row, column, boolean(data[6] ?? 0, data[7] === 1));
    else if (view.getUint16(12, true) !== 0xffff)
      this.#setNumber(row, column, style, view.getFloat64(6, true));
    else if (data[6] === 0) this.#waiting = { row, column };
    else if (data[6] === 1) this.#set(row, column, boolean(data[8] ?? 0, false));
  }

  #setNumber(row: number, column: number, style: number, value: number): void {
    this.#set(row, column, this.#formats.show(value, this.#formatOfStyle[style] ?? 0));
  }

  #set(row: number, column: number, value: string): void {
    if (column >= MAX_COLUMNS) return;
    const values = this.#sheet?.rows.get(row) ?? new Map<number, string>();
    values.set(column, value);
    this.#sheet?.rows.set(row, values);
  }
}

/** From the header of the picture list in the drawings' container. */
function countPictures(view: DataView): number {
  for (let at = HEADER_BYTES; at + HEADER_BYTES <= view.byteLength;) {
    if (view.getUint16(at + 2, true) === PICTURE_LIST) return view.getUint16(at, true) >> 4;
    at += HEADER_BYTES + view.getUint32(at + 4, true);
  }
  return 0;
}

function boolean(value: number, isError: boolean): string {
  if (isError) return '';
  return value === 1 ? 'TRUE' : 'FALSE';
}

/** An RK number: 30 bits of an integer or of a float's high end, optionally divided by 100. */
function rkNumber(view: DataView, at: number): number {
  const bits = view.getInt32(at, true);
  let value: number;
  if ((bits & 2) !== 0) value = bits >> 2;
  else {
    const float = new DataView(new ArrayBuffer(8));
    float.setInt32(4, bits & ~3, true);
    value = float.getFloat64(0, true);
  }
  return (bits & 1) !== 0 ? value / 100 : value;
}
