/**
 * Rich Text Format, parsed byte by byte and iteratively: running text, plus footnotes, comments, headers,
 * footers, text boxes and deleted text as separate texts. Skips pictures and objects; executes nothing.
 */
import type { DocumentPicture, FileContent } from './file-content.ts';
import { IMPORT_LIMITS } from './import-limits.ts';
import { note, type ImportNote } from './import-notes.ts';
import type { DocumentPart, TextUnit } from './import-types.ts';
import { encodingOfPage, pageOfCharset } from './rtf-charsets.ts';
import { Stories } from './stories.ts';

export function readRtf(bytes: Uint8Array): FileContent {
  const reader = new RtfReader(bytes);
  const units = reader.read();
  return { kind: 'rtf', units, warnings: reader.warnings(), pictures: reader.pictures };
}

/** The running text alone. */
export function rtfToText(bytes: Uint8Array): string {
  return readRtf(bytes).units[Symbol.iterator]().next().value?.text ?? '';
}

/** Groups without readable text. */
const SKIPPED = new Set(
  (
    'fonttbl colortbl stylesheet info pict object objdata fldinst filetbl listtable listoverridetable revtbl rsidtbl generator ' +
    'themedata colorschememapping datastore latentstyles xmlnstbl mmathPr nonshppict bkmkstart bkmkend atnid atnauthor atntime atndate ' +
    'atnicn sp pgdsctbl ftnsep ftnsepc ftncn aftnsep aftnsepc aftncn do private xe tc template operator title author keywords'
  ).split(' '),
);
const STORIES: ReadonlyMap<string, DocumentPart> = new Map(Object.entries<DocumentPart>({
  footnote: 'footnote', annotation: 'comment', header: 'header', headerl: 'header', headerr: 'header', headerf: 'header',
  footer: 'footer', footerl: 'footer', footerr: 'footer', footerf: 'footer', shptxt: 'text-box',
})); // prettier-ignore
/** Ignorable groups that nevertheless contain text. */
const OPTIONAL = new Set(['shpinst', 'shppict', 'annotation', 'background', 'shp']);
const CHARACTERS: ReadonlyMap<string, string> = new Map(Object.entries({
  par: '\n', sect: '\n', page: '\n', column: '\n', line: '\n', softline: '\n', row: '\n', nestrow: '\n', tab: '\t', cell: '\t',
  nestcell: '\t', emdash: '—', endash: '–', lquote: '‘', rquote: '’', ldblquote: '“', rdblquote: '”', bullet: '•', emspace: ' ',
  enspace: ' ', qmspace: ' ', '~': '\u00a0', _: '-', '-': '', zwj: '\u200d', zwnj: '\u200c',
})); // prettier-ignore
/** Deeper than any real file: beyond it the groups' state is not tracked, but their text is kept. */
const MAX_DEPTH = 10_000;
/** Nesting depth of the property groups in a picture. */
const MAX_PROPERTY_DEPTH = 5;
/** Bytes decoded at a time, up to the next single-byte character. */
const MAX_PENDING = 65_536;

interface Group {
  readonly isSkipped: boolean;
  readonly page: number | null;
  /** number of fallback characters after a Unicode one */
  readonly numFallback: number;
  readonly isDeleted: boolean;
  /** number of stories the group opened */
  readonly numStories: number;
}

class RtfReader {
  readonly pictures: DocumentPicture[] = [];
  readonly #bytes: Uint8Array;
  readonly #stories = new Stories();
  readonly #stack: Group[] = [];
  readonly #fonts = new Map<number, number | null>();
  readonly #decoders = new Map<string, TextDecoder>();
  #group: Group = { isSkipped: false, page: null, numFallback: 1, isDeleted: false, numStories: 0 };
  #numDeeper = 0;
  #at = 0;
  #page = 1252;
  #font = 0;
  #isFontTable = false;
  #isStarred = false;
  #pending: number[] = [];
  #numToDrop = 0;
  #numNotes = 0;
  #numObjects = 0;
  #deleted = '';
  #numWritten = 0;
  #numDeleted = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  read(): TextUnit[] {
    const bytes = this.#bytes;
    this.#stories.open();
    // More text would exceed the passage limit, which is reported when passages are cut.
    while (this.#at < bytes.length && this.#numWritten < IMPORT_LIMITS.maxTextBytes) {
      const byte = bytes[this.#at++] ?? 0;
      if (byte === 0x7b) this.#openGroup();
      else if (byte === 0x7d) this.#closeGroup();
      else if (byte === 0x5c) this.#readControl();
      else if (this.#group.isSkipped) this.#at = nextMark(bytes, this.#at);
      else if (byte !== 0x0a && byte !== 0x0d && byte !== 0) this.#addByte(byte);
    }
    this.#flush();
    this.#endDeletion();
    return this.#stories.finish();
  }

  warnings(): ImportNote[] {
    return [
      ...(this.#numObjects > 0 ? [note('embedded-objects', this.#numObjects)] : []),
      ...(this.#numDeleted > 0 ? [note('deleted-text', this.#numDeleted)] : []),
    ];
  }

  #openGroup(): void {
    this.#flush();
    this.#isStarred = false;
    this.#numToDrop = 0;
    if (this.#stack.length >= MAX_DEPTH) this.#numDeeper += 1;
    else {
      this.#stack.push(this.#group);
      this.#group = { ...this.#group, numStories: 0 };
    }
  }

  #closeGroup(): void {
    this.#flush();
    this.#numToDrop = 0;
    if (this.#numDeeper > 0) {
      this.#numDeeper -= 1;
      return;
    }
    for (let n = 0; n < this.#group.numStories; n++) this.#stories.close();
    this.#group = this.#stack.pop() ?? this.#group;
    if (!this.#group.isSkipped) this.#isFontTable = false;
    if (!this.#group.isDeleted) this.#endDeletion();
  }

  #readControl(): void {
    const bytes = this.#bytes;
    const first = bytes[this.#at++] ?? 0;
    if (first === 0x27) {
      const hex = String.fromCharCode(bytes[this.#at] ?? 0, bytes[this.#at + 1] ?? 0);
      this.#at += 2;
      const byte = Number.parseInt(hex, 16);
      if (!Number.isNaN(byte)) this.#addByte(byte);
      return;
    }
    if (!isLetter(first)) {
      if (first === 0x2a) this.#isStarred = true;
      else if (first === 0x5c || first === 0x7b || first === 0x7d) this.#addByte(first);
      else if (first === 0x0a || first === 0x0d) this.#write('\n');
      else this.#write(CHARACTERS.get(String.fromCharCode(first)) ?? '');
      return;
    }
    let word = '';
    for (this.#at -= 1; word.length < 32 && isLetter(bytes[this.#at] ?? 0); this.#at++)
      word += String.fromCharCode(bytes[this.#at] ?? 0);
    let digits = '';
    if (bytes[this.#at] === 0x2d) digits = String.fromCharCode(bytes[this.#at++] ?? 0);
    for (; digits.length < 12 && isDigit(bytes[this.#at] ?? 0); this.#at++)
      digits += String.fromCharCode(bytes[this.#at] ?? 0);
    if (bytes[this.#at] === 0x20) this.#at += 1;
    this.#apply(word, digits === '' || digits === '-' ? null : Number(digits));
  }

  #apply(word: string, value: number | null): void {
    const isStarred = this.#isStarred;
    this.#isStarred = false;
    if (word === 'bin') {
      this.#at += Math.max(0, value ?? 0);
      return;
    }
    if (word === 'u' && value !== null) {
      this.#write(String.fromCharCode(value & 0xffff));
      this.#numToDrop = this.#group.numFallback;
      return;
    }
    this.#flush();
    if (word === 'ansicpg' && value !== null) this.#page = value;
    else if (word === 'mac') this.#page = 10000;
    else if (word === 'uc') this.#change({ numFallback: Math.max(0, value ?? 1) });
    else if (word === 'fonttbl') this.#isFontTable = true;
    else if (word === 'f' || word === 'deff') this.#setFont(value ?? 0);
    else if (word === 'fcharset' && this.#isFontTable) this.#fonts.set(this.#font, pageOfCharset(value ?? 0));
    else if (word === 'deleted') this.#change({ isDeleted: value !== 0 });
    else if (word === 'plain') this.#change({ isDeleted: false });
    if (word === 'pict' && !this.#group.isSkipped) this.#addPicture(this.#at);
    if (word === 'objdata') this.#numObjects += 1;
    const part = STORIES.get(word);
    if (SKIPPED.has(word) || (isStarred && !OPTIONAL.has(word))) this.#change({ isSkipped: true });
    else if (part) this.#openStory(part);
    else this.#write(CHARACTERS.get(word) ?? '');
  }

  #addPicture(start: number): void {
    const name = String(this.pictures.length + 1);
    this.pictures.push({ name, read: () => Promise.resolve(pictureBytes(this.#bytes, start)) });
  }

  #openStory(part: DocumentPart): void {
    if (this.#group.isSkipped) return;
    if (part === 'footnote') this.#numNotes += 1;
    this.#stories.open(part === 'footnote' ? { part, label: String(this.#numNotes) } : { part });
    this.#change({ numStories: this.#group.numStories + 1 });
  }

  #setFont(font: number): void {
    this.#font = font;
    if (!this.#isFontTable) this.#change({ page: this.#fonts.get(font) ?? null });
  }

  #change(change: Partial<Group>): void {
    this.#group = { ...this.#group, ...change };
  }

  /** A text byte; a character may take two. */
  #addByte(byte: number): void {
    if (this.#group.isSkipped) return;
    if (this.#numToDrop > 0) this.#numToDrop -= 1;
    else this.#pending.push(byte);
    if (byte < 0x80 && this.#pending.length > MAX_PENDING) this.#flush();
  }

  #flush(): void {
    if (this.#pending.length === 0) return;
    const name = encodingOfPage(this.#group.page ?? this.#page);
    let decoder = this.#decoders.get(name);
    if (!decoder) this.#decoders.set(name, (decoder = new TextDecoder(name)));
    const text = decoder.decode(Uint8Array.from(this.#pending));
    this.#pending = [];
    this.#write(text);
  }

  #write(text: string): void {
    this.#flush();
    if (this.#group.isSkipped || text === '') return;
    this.#numWritten += text.length;
    if (this.#group.isDeleted) this.#deleted += text;
    else this.#stories.write(text);
  }

  #endDeletion(): void {
    if (this.#deleted.trim() !== '') {
      this.#numDeleted += 1;
      this.#stories.add(this.#deleted, { part: 'deleted' });
    }
    this.#deleted = '';
  }
}

/** Data of the picture whose group starts before `start`: hexadecimal digits after its properties. Null if binary. */
function pictureBytes(bytes: Uint8Array, start: number): Uint8Array | null {
  let at = start;
  for (let depth = 1; depth > 0 && at < bytes.length; at++) {
    at = nextMark(bytes, at);
    if (bytes[at] === 0x7b) depth += 1;
    if (bytes[at] === 0x7d) depth -= 1;
  }
  let written = new TextDecoder('latin1').decode(bytes.subarray(start, at));
  if (/\\bin\d/.test(written)) return null;
  for (let depth = 0; depth < MAX_PROPERTY_DEPTH; depth++) written = written.replace(/\{[^{}]*\}/g, '');
  const digits = written.replace(/\\\*?[a-z]*-?\d* ?/gi, '').replace(/[^\da-f]/gi, '');
  return Uint8Array.from({ length: digits.length >> 1 }, (_, n) =>
    Number.parseInt(digits.slice(n * 2, n * 2 + 2), 16),
  );
}

/** Position of the next brace or backslash, so that long pictures are skipped quickly. */
function nextMark(bytes: Uint8Array, from: number): number {
  let at = from;
  for (; at < bytes.length; at++) {
    const byte = bytes[at];
    if (byte === 0x5c || byte === 0x7b || byte === 0x7d) break;
  }
  return at;
}

function isLetter(byte: number): boolean {
  return (byte >= 0x61 && byte <= 0x7a) || (byte >= 0x41 && byte <= 0x5a);
}

function isDigit(byte: number): boolean {
  return byte >= 0x30 && byte <= 0x39;
}
