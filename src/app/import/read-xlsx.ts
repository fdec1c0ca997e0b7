/**
 * Excel workbooks (.xlsx): one unit per row, labelled with column names; comments and drawing texts are
 * separate.
 */
import { describeTable, MAX_COLUMNS } from './describe-table.ts';
import type { FileContent } from './file-content.ts';
import type { ImportNote } from './import-notes.ts';
import { NumberFormats } from './number-formats.ts';
import { drawingTexts } from './read-pptx.ts';
import { embeddedFiles, officePictures, officeRemarks } from './office-parts.ts';
import { Stories } from './stories.ts';
import type { Relationship, ZipPackage } from './zip-package.ts';

export async function readXlsx(archive: ZipPackage, main: string, content: Uint8Array): Promise<FileContent> {
  const sheets: { name: string; id: string }[] = [];
  const formats = new NumberFormats();
  await archive.parse(content, {
    open: ({ name, attributes }) => {
      if (name === 'sheet') sheets.push({ name: attributes.name ?? '', id: attributes['r:id'] ?? '' });
      if (name === 'workbookPr') formats.startsIn1904 = /^(1|true)$/.test(attributes.date1904 ?? '');
    },
  });
  const related = await archive.relationships(main);
  const target = (type: string) => related.find((relation) => relation.type === type)?.target ?? '';
  const strings = await readSharedStrings(archive, target('sharedStrings'));
  const styles = await readStyles(archive, target('styles'), formats);
  const stories = new Stories();
  const all: Relationship[] = [...related];
  for (const { name, id } of sheets) {
    const part = related.find((relation) => relation.id === id)?.target;
    archive.countMissing(part);
    if (part === undefined) continue;
    const rows = await readSheet(archive, part, { strings, styles, formats });
    for (const { index, text, column } of describeTable(rows.map(({ cells }) => cells))) {
      if (stories.isFull) break;
      const record = rows[index]?.number ?? index + 1;
      stories.add(text, { part: 'sheet', label: name, record, ...(column && { column }) });
    }
    for (const relation of await archive.relationships(part)) {
      all.push(relation);
      if (relation.isExternal) continue;
      if (/^(comments|threadedComment)$/.test(relation.type))
        await readComments(archive, relation.target, name, stories);
      if (relation.type === 'drawing') {
        for (const text of await drawingTexts(archive, relation.target))
          stories.add(text, { part: 'text-box', label: name });
        all.push(...(await archive.relationships(relation.target)));
      }
    }
  }
  const embedded = all.filter(({ type, isExternal }) => type === 'package' && !isExternal);
  const warnings: ImportNote[] = [...archive.warnings, ...officeRemarks(all, archive)];
  return {
    kind: 'xlsx',
    units: stories.finish(),
    warnings,
    pictures: officePictures(all, archive),
    parts: embeddedFiles(
      archive,
      embedded.map((relation) => relation.target),
    ),
  };
}

/** Joins the runs of each string; skips phonetic readings of East Asian words. */
async function readSharedStrings(archive: ZipPackage, part: string): Promise<string[]> {
  const strings: string[] = [];
  let text = '';
  let isText = false;
  let isPhonetic = false;
  await archive.read(part, {
    open: ({ name }) => {
      if (name === 'si') text = '';
      if (name === 'rPh') isPhonetic = true;
      isText = name === 't' && !isPhonetic;
    },
    text: (written) => {
      if (isText) text += written;
    },
    close: (name) => {
      isText = false;
      if (name === 'rPh') isPhonetic = false;
      if (name === 'si') strings.push(text);
    },
  });
  return strings;
}

/** The id of each cell style's number format; defines the workbook's own formats in `formats`. */
async function readStyles(archive: ZipPackage, part: string, formats: NumberFormats): Promise<number[]> {
  const styles: number[] = [];
  let isCells = false;
  await archive.read(part, {
    open: ({ name, attributes }) => {
      if (name === 'numFmt') formats.define(Number(attributes.numFmtId), attributes.formatCode ?? '');
      if (name === 'cellXfs') isCells = true;
      if (name === 'xf' && isCells) styles.push(Number(attributes.numFmtId ?? 0));
    },
    close: (name) => {
      if (name === 'cellXfs') isCells = false;
    },
  });
  return styles;
}

interface SheetRow {
  /** from 1 */
  readonly number: number;
  readonly cells: [place: number, value: string][];
}

interface Workbook {
  readonly strings: readonly string[];
  /** number format of each cell style */
  readonly styles: readonly number[];
  readonly formats: NumberFormats;
}

async function readSheet(archive: ZipPackage, part: string, workbook: Workbook): Promise<SheetRow[]> {
  const rows: SheetRow[] = [];
  let row: SheetRow = { number: 0, cells: [] };
  let column = 0;
  let cell: Readonly<Record<string, string>> = {};
  let value = '';
  let formula = '';
  let field = '';
  await archive.read(part, {
    open: ({ name, attributes }) => {
      field = name;
      if (name === 'row') {
        row = { number: Number(attributes.r) || row.number + 1, cells: [] };
        column = 0;
      } else if (name === 'c') {
        cell = attributes;
        value = '';
        formula = '';
        column = attributes.r ? columnOf(attributes.r) : column + 1;
      }
    },
    text: (text) => {
      if (field === 'v' || field === 't') value += text;
      if (field === 'f') formula += text;
    },
    close: (name) => {
      field = '';
      if (name === 'c' && column <= MAX_COLUMNS) {
        // Show the formula if it was never computed.
        const shown = value === '' && formula !== '' ? `=${formula}` : shownValue(value, cell, workbook);
        if (shown !== '') row.cells.push([column - 1, shown]);
      } else if (name === 'row' && row.cells.length > 0) rows.push(row);
    },
  });
  return rows;
}

/** `AB12` is in column 28. */
function columnOf(reference: string): number {
  let column = 0;
  for (const letter of /^[A-Z]{1,4}/i.exec(reference)?.[0].toUpperCase() ?? 'A')
    column = column * 26 + letter.charCodeAt(0) - 64;
  return column;
}

function shownValue(
  value: string,
  { t: type, s: style }: Readonly<Record<string, string>>,
  { strings, styles, formats }: Workbook,
): string {
  if (value === '') return '';
  if (type === 's') return strings[Number(value)] ?? '';
  if (type === 'b') return value === '1' ? 'TRUE' : 'FALSE';
  if (type !== undefined && type !== 'n') return value;
  const number = Number(value);
  return Number.isFinite(number) ? formats.show(number, styles[Number(style ?? 0)] ?? 0) : value;
}

async function readComments(
  archive: ZipPackage,
  part: string,
  sheet: string,
  stories: Stories,
): Promise<void> {
  let isText = false;
  await archive.read(part, {
    open: ({ name, attributes }) => {
      if (name === 'comment' || name === 'threadedComment')
        stories.open({ part: 'comment', label: `${sheet} ${attributes.ref ?? ''}`.trim() });
      isText = name === 't' || (name === 'text' && stories.isOpen);
    },
    text: (written) => {
      if (isText) stories.write(written);
    },
    close: (name) => {
      isText = false;
      if (name === 'comment' || name === 'threadedComment') stories.close();
    },
  });
}
