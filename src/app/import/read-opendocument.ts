/**
 * OpenDocument: text (.odt), presentations (.odp, one unit per slide) and spreadsheets (.ods, one unit per
 * row). Notes, comments, text boxes, headers, footers and tracked deletions are separate texts.
 */
import { describeTable, MAX_COLUMNS } from './describe-table.ts';
import type { FileContent, FilePart } from './file-content.ts';
import { note, UnreadableFile, type ImportNote } from './import-notes.ts';
import type { DocumentPart, FileKind } from './import-types.ts';
import { Stories } from './stories.ts';
import type { XmlElement, XmlListener } from './xml-events.ts';
import type { ZipPackage } from './zip-package.ts';

/** Equal rows and cells are stored once with a repeat count; a false count must cost nothing. */
const MAX_REPEATS = 100;
const MAX_SPACES = 100;

export async function readOpenDocument(archive: ZipPackage, type: string): Promise<FileContent> {
  let isLocked = false;
  await archive.read('META-INF/manifest.xml', {
    open: ({ name }) => {
      if (name === 'encryption-data') isLocked = true;
    },
  });
  if (isLocked) throw new UnreadableFile(note('locked-document'));
  const kind: FileKind = /spreadsheet/.test(type) ? 'ods' : /presentation/.test(type) ? 'odp' : 'odt';
  const reader = new OpenDocumentReader(kind);
  await archive.parse(await archive.requiredBytes('content.xml'), reader.listener());
  if (kind === 'odt') await archive.read('styles.xml', reader.styleListener());
  const pictures = archive.pictures(archive.names(/^Pictures\/.+/));
  const warnings: ImportNote[] = [
    ...archive.warnings,
    ...(archive.names(/^Basic\/.+\.xml$/).length > 0 ? [note('macros')] : []),
    ...reader.warnings(),
  ];
  return { kind, units: reader.stories.finish(), warnings, pictures, parts: embeddedDocuments(archive) };
}

/** Charts and formulas are embedded objects too; their text is in a part named like a document's. */
async function* embeddedDocuments(archive: ZipPackage): AsyncGenerator<FilePart, void> {
  for (const name of archive.names(/^Object [^/]+\/content\.xml$/)) {
    const content = await archive.bytes(name);
    if (content) yield { name: `${name.split('/')[0] ?? ''}.xml`, content, isCounted: true };
  }
}

const STORY_PARTS: ReadonlyMap<string, DocumentPart> = new Map([
  ['annotation', 'comment'],
  ['text-box', 'text-box'],
  ['deletion', 'deleted'],
]);
const HEADERS: ReadonlyMap<string, DocumentPart> = new Map(Object.entries<DocumentPart>({
  header: 'header', 'header-left': 'header', 'header-first': 'header',
  footer: 'footer', 'footer-left': 'footer', 'footer-first': 'footer',
})); // prettier-ignore
const SKIPPED = new Set(['note-citation', 'tracked-changes-info', 'change-info', 'forms', 'ruby-text']);

interface SheetRow {
  readonly number: number;
  readonly cells: (readonly [place: number, value: string])[];
}

class OpenDocumentReader {
  readonly stories = new Stories();
  readonly #kind: FileKind;
  #numDeleted = 0;
  #numOutside = 0;
  #numSlides = 0;
  readonly #numNotes: Record<string, number> = {};
  /** for each open element, whether it opened a story */
  readonly #stack: boolean[] = [];
  #numSkipped = 0;
  #isParagraph = 0;
  #numCells = 0;
  #sheet = '';
  #rows: SheetRow[] = [];
  #row: SheetRow = { number: 0, cells: [] };
  /** columns of the row so far */
  #numColumns = 0;
  #cell: string[] | null = null;
  #numNested = 0;
  #repeatsOfRow = 1;
  #repeatsOfCell = 1;
  #valueOfCell = '';

  constructor(kind: FileKind) {
    this.#kind = kind;
  }

  warnings(): ImportNote[] {
    return [
      ...(this.#numDeleted > 0 ? [note('deleted-text', this.#numDeleted)] : []),
      ...(this.#numOutside > 0 ? [note('external-content', this.#numOutside)] : []),
    ];
  }

  listener(): XmlListener {
    if (this.#kind === 'odt') this.stories.open();
    return {
      open: (element) => this.#open(element),
      text: (text) => {
        if (this.#isParagraph > 0 && this.#numSkipped === 0) this.#write(text.replace(/\s+/g, ' '));
      },
      close: (name) => this.#close(name),
    };
  }

  /** In styles, only headers and footers contain text. */
  styleListener(): XmlListener {
    let depth = 0;
    return {
      open: (element) => {
        const part = HEADERS.get(element.name);
        if (part && depth === 0) {
          this.stories.open({ part });
          depth = 1;
        } else if (depth > 0) depth += 1;
        if (depth > 1) this.#open(element);
      },
      text: (text) => {
        if (depth > 1 && this.#isParagraph > 0) this.#write(text.replace(/\s+/g, ' '));
      },
      close: (name) => {
        if (depth > 1) this.#close(name);
        if (depth === 1) this.stories.close();
        if (depth > 0) depth -= 1;
      },
    };
  }

  /** The cell that text belongs to; that of a comment or shape on it does not. */
  get #openCell(): string[] | null {
    return this.stories.isOpen ? null : this.#cell;
  }

  #write(text: string): void {
    const cell = this.#openCell;
    if (cell) cell.push(text);
    else this.stories.write(text);
  }

  #open({ name, attributes }: XmlElement): void {
    if (this.#numSkipped > 0 || SKIPPED.has(name)) {
      this.#numSkipped += 1;
      return;
    }
    if (name !== 'a' && isOutside(attributes.href ?? '')) this.#numOutside += 1;
    this.#stack.push(this.#openStory(name, attributes));
    if (name === 'p' || name === 'h') {
      const cell = this.#openCell;
      if (cell && cell.length > 0) cell.push('\n');
      this.#isParagraph += 1;
    } else if (name === 's') this.#write(' '.repeat(Math.min(MAX_SPACES, Number(attributes.c ?? 1) || 1)));
    else if (name === 'tab') this.#write('\t');
    else if (name === 'line-break') this.#write('\n');
    else if (this.#kind === 'ods') this.#openSheet(name, attributes);
    else if (name === 'table-cell') this.#numCells += 1;
  }

  #openStory(name: string, attributes: Readonly<Record<string, string>>): boolean {
    const part = this.#kind === 'odp' && name === 'text-box' ? undefined : STORY_PARTS.get(name);
    if (part) {
      if (part === 'deleted') this.#numDeleted += 1;
      this.stories.open({ part, ...(this.#sheet && { label: this.#sheet }) });
    } else if (name === 'note') {
      const kind = attributes['note-class'] === 'endnote' ? 'endnote' : 'footnote';
      const number = (this.#numNotes[kind] ?? 0) + 1;
      this.#numNotes[kind] = number;
      this.stories.open({ part: kind, label: String(number) });
    } else if (this.#kind === 'odp' && name === 'page') {
      this.#numSlides += 1;
      this.stories.open({ part: 'slide', label: String(this.#numSlides) });
    } else if (this.#kind === 'odp' && name === 'notes') {
      this.stories.open({ part: 'speaker-notes', label: String(this.#numSlides) });
    } else return false;
    return true;
  }

  #openSheet(name: string, attributes: Readonly<Record<string, string>>): void {
    if (name === 'table') {
      this.#numNested += 1;
      if (this.#numNested > 1) return;
      this.#sheet = attributes.name ?? '';
      this.#rows = [];
      this.#row = { number: 0, cells: [] };
    } else if (name === 'table-row') {
      this.#row = { number: this.#row.number + 1, cells: [] };
      this.#numColumns = 0;
      this.#repeatsOfRow = repeats(attributes['number-rows-repeated']);
    } else if (name === 'table-cell' || name === 'covered-table-cell') {
      this.#cell = [];
      this.#repeatsOfCell = repeats(attributes['number-columns-repeated']);
      this.#valueOfCell = attributes['date-value'] ?? attributes['string-value'] ?? attributes.value ?? '';
    }
  }

  #close(name: string): void {
    if (this.#numSkipped > 0) {
      this.#numSkipped -= 1;
      return;
    }
    if (name === 'p' || name === 'h') {
      this.#isParagraph = Math.max(0, this.#isParagraph - 1);
      if (!this.#openCell)
        this.stories.write(this.#numCells > 0 ? ' ' : this.#kind === 'odt' ? '\n\n' : '\n');
    } else if (this.#kind === 'ods') this.#closeSheet(name);
    else if (name === 'table-cell') {
      this.#numCells -= 1;
      this.stories.write('\t');
    } else if (name === 'table-row') this.stories.write('\n');
    if (this.#stack.pop()) this.stories.close();
  }

  #closeSheet(name: string): void {
    const row = this.#row;
    if ((name === 'table-cell' || name === 'covered-table-cell') && this.#cell) {
      const value = this.#cell.join('') || this.#valueOfCell;
      this.#cell = null;
      if (value !== '' && this.#numColumns < MAX_COLUMNS) {
        for (let n = 0; n < Math.min(this.#repeatsOfCell, MAX_REPEATS); n++)
          row.cells.push([this.#numColumns + n, value]);
      }
      this.#numColumns += this.#repeatsOfCell;
    } else if (name === 'table-row') {
      const isFilled = row.cells.length > 0;
      for (let n = 0; isFilled && n < Math.min(this.#repeatsOfRow, MAX_REPEATS); n++)
        this.#rows.push({ number: row.number + n, cells: row.cells });
      this.#row = { number: row.number + this.#repeatsOfRow - 1, cells: [] };
    } else if (name === 'table') {
      this.#numNested -= 1;
      if (this.#numNested > 0) return;
      for (const { index, text, column } of describeTable(this.#rows.map(({ cells }) => cells))) {
        if (this.stories.isFull) break;
        this.stories.add(text, {
          part: 'sheet',
          label: this.#sheet,
          record: this.#rows[index]?.number ?? index + 1,
          ...(column && { column }),
        });
      }
    }
  }
}

/** Whether content is outside the file; called for all elements but links. */
function isOutside(href: string): boolean {
  return /^([a-z][a-z\d+.-]*:)?\/\//i.test(href);
}

function repeats(count: string | undefined): number {
  return Math.max(1, Math.floor(Number(count ?? 1)) || 1);
}
