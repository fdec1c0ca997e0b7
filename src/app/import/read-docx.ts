/**
 * Word files (.docx): the body, and footnotes, endnotes, comments, headers, footers, text boxes and tracked
 * deletions as separate texts. Parts are found by relationship, never by name.
 */
import type { FileContent } from './file-content.ts';
import { note, type ImportNote } from './import-notes.ts';
import type { DocumentPart, TextUnit } from './import-types.ts';
import { embeddedFiles, officePictures, officeRemarks } from './office-parts.ts';
import { Stories } from './stories.ts';
import { WordNumbering } from './word-numbering.ts';
import type { XmlElement, XmlListener } from './xml-events.ts';
import type { ZipPackage } from './zip-package.ts';

/** Text parts, by relationship type. */
const TEXT_PARTS: ReadonlyMap<string, DocumentPart> = new Map([
  ['footnotes', 'footnote'],
  ['endnotes', 'endnote'],
  ['comments', 'comment'],
  ['header', 'header'],
  ['footer', 'footer'],
  ['diagramData', 'text-box'],
]);
/** Embedded files, read as separate files. */
const EMBEDDED = new Set(['package', 'aFChunk']);

/** @param main name of the main part, whose text is `content` */
export async function readDocx(archive: ZipPackage, main: string, content: Uint8Array): Promise<FileContent> {
  const related = await archive.relationships(main);
  const partOf = (type: string) => related.find((relation) => relation.type === type)?.target ?? '';
  const numbering = await WordNumbering.read(archive, partOf('numbering'), partOf('styles'));
  const word = new WordListener(numbering);
  await archive.parse(content, word.listen());
  const embedded: string[] = [];
  const all = [...related];
  for (const { type, target, isExternal } of related) {
    if (isExternal) continue;
    const part = TEXT_PARTS.get(type);
    if (part) {
      await archive.read(target, word.listen(part));
      all.push(...(await archive.relationships(target)));
    }
    if (EMBEDDED.has(type)) embedded.push(target);
  }
  // Some writers omit the relationship.
  const known = new Set(related.map(({ target }) => target.toLowerCase()));
  for (const name of archive.names(/^word\/(footnotes|endnotes|comments|header\d*|footer\d*)\.xml$/)) {
    const part = TEXT_PARTS.get(/[a-z]+(?=\d*\.xml$)/.exec(name)?.[0] ?? '');
    if (part && !known.has(name.toLowerCase())) await archive.read(name, word.listen(part));
  }
  return {
    kind: 'docx',
    units: word.finish(),
    warnings: [...archive.warnings, ...word.warnings(), ...officeRemarks(all, archive)],
    pictures: officePictures(all, archive),
    parts: embeddedFiles(archive, embedded),
  };
}

const STORY_ELEMENTS = new Set(['footnote', 'endnote', 'comment']);
/** Elements that stand for a character or a break. */
const MARKS: ReadonlyMap<string, string> = new Map(Object.entries({
  tab: '\t', ptab: '\t', br: '\n', cr: '\n', noBreakHyphen: '-', tr: '\n', rt: ')',
})); // prettier-ignore

class WordListener {
  readonly #stories = new Stories();
  #numDeleted = 0;
  readonly #numbers: Record<string, string[]> = { footnote: [], endnote: [] };
  readonly #numbering: WordNumbering;

  constructor(numbering: WordNumbering) {
    this.#numbering = numbering;
  }

  finish(): TextUnit[] {
    return this.#stories.finish();
  }

  warnings(): ImportNote[] {
    return this.#numDeleted > 0 ? [note('deleted-text', this.#numDeleted)] : [];
  }

  /** Listener for one part; without an argument, the main one. */
  listen(part?: DocumentPart): XmlListener {
    const stories = this.#stories;
    const isNotes = part !== undefined && STORY_ELEMENTS.has(part);
    if (!isNotes) stories.open(part && { part });
    let isText = false;
    /** depth of skipped elements */
    let numSkipped = 0;
    /** finished paragraphs of the current cell */
    const cells: number[] = [];
    let paragraph: { style?: string; list?: string; level?: number } = {};
    let depth = 0;
    const open = (element: XmlElement): void => {
      depth += 1;
      const { name, attributes } = element;
      if (numSkipped > 0 || isLeftOut(element)) numSkipped += 1;
      if (numSkipped > 0) return;
      if (name === 'p') paragraph = {};
      else if (name === 'pStyle') paragraph.style = attributes.val ?? '';
      else if (name === 'numId') paragraph.list = attributes.val ?? '';
      else if (name === 'ilvl') paragraph.level = Number(attributes.val) || 0;
      if (isNotes && name === part) this.#openNote(part, attributes);
      else if (name === 'footnoteReference') this.#numbers.footnote?.push(attributes.id ?? '');
      else if (name === 'endnoteReference') this.#numbers.endnote?.push(attributes.id ?? '');
      else if (name === 'txbxContent') stories.open({ part: 'text-box' });
      else if (name === 'del') {
        stories.open({ part: 'deleted' });
        this.#numDeleted += 1;
      } else if (name === 'rt') stories.write('(');
      else if (name === 'tc') cells.push(0);
      else if (name === 'p' && cells.length > 0 && (cells.at(-1) ?? 0) > 0) stories.write('\n');
      else if (name === 'sym') stories.write(symbol(attributes.char ?? ''));
      isText = name === 't' || name === 'delText';
    };
    const close = (name: string): void => {
      depth -= 1;
      if (numSkipped > 0) {
        numSkipped -= 1;
        return;
      }
      isText = false;
      stories.write(MARKS.get(name) ?? '');
      if (name === 'pPr') {
        const { style = '', list, level } = paragraph;
        const number = this.#numbering.next(style, list, level);
        if (number !== '') stories.write(`${number} `);
      }
      if (name === 'tc') {
        cells.pop();
        stories.write('\t');
      } else if (name === 'p') {
        const place = cells.length - 1;
        if (place < 0) stories.write('\n\n');
        else cells[place] = (cells[place] ?? 0) + 1;
      } else if (name === 'tbl' && cells.length === 0) stories.write('\n');
      else if (name === 'txbxContent' || name === 'del' || (isNotes && name === part)) stories.close();
      if (depth === 0 && !isNotes) stories.close();
    };
    const text = (written: string): void => {
      if (isText && numSkipped === 0) stories.write(written);
    };
    return { open, close, text };
  }

  #openNote(part: DocumentPart, { id = '', author }: Readonly<Record<string, string>>): void {
    const place = this.#numbers[part]?.indexOf(id) ?? -1;
    const label = part === 'comment' ? author : String(place === -1 ? id : place + 1);
    this.#stories.open({ part, ...(label && { label }) });
  }
}

/** Skips fallbacks of content already read, the source of a move, footnote separators, and tab settings. */
function isLeftOut({ name, attributes }: XmlElement): boolean {
  if (name === 'Fallback' || name === 'moveFrom' || name === 'tabs') return true;
  // In paragraph or row properties, `del` is only a mark.
  if (name === 'rPr' || name === 'trPr' || name === 'pPrChange') return true;
  return /^(footnote|endnote)$/.test(name) && /^(separator|continuation)/.test(attributes.type ?? '');
}

/** Symbol fonts use private code points whose appearance is unknown. */
function symbol(hex: string): string {
  const code = Number.parseInt(hex, 16);
  return code >= 0x20 && (code < 0xe000 || code > 0xf8ff) && code < 0xd800 ? String.fromCharCode(code) : ' ';
}
