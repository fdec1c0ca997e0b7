/**
 * Word 97 to 2003 (.doc, [MS-DOC]): text via the piece table, with footnotes, headers, comments, endnotes and
 * text boxes as separate texts. Formatting is ignored, and so is change tracking: deleted words stay in the
 * text.
 */
import type { CompoundFile } from './compound-file.ts';
import { unreadPictures } from './document-pictures.ts';
import type { FileContent } from './file-content.ts';
import { note, UnreadableFile } from './import-notes.ts';
import type { DocumentPart } from './import-types.ts';
import { Stories } from './stories.ts';

/** Stories in the order in which their characters are stored. */
const STORIES: readonly (DocumentPart | undefined)[] = [
  undefined, 'footnote', 'header', undefined, 'comment', 'endnote', 'text-box', 'text-box',
]; // prettier-ignore
/** Offset in the file header of the table of character counts per story. */
const COUNTS_AT = 0x4c;
const PIECES_AT = 0x1a2;
/** Stands for a picture in the text. */
const PICTURE = '\x01';

export function readDoc(file: CompoundFile): FileContent {
  const document = file.stream('WordDocument') ?? new Uint8Array();
  const view = new DataView(document.buffer, document.byteOffset, document.length);
  // Word 6 and 95 store text differently.
  if (document.length < 0x200 || view.getUint16(2, true) < 0xc1) throw new UnreadableFile(note('old-office'));
  const flags = view.getUint16(0x0a, true);
  if ((flags & 0x0100) !== 0) throw new UnreadableFile(note('locked-document'));
  const table = file.stream((flags & 0x0200) !== 0 ? '1Table' : '0Table') ?? new Uint8Array();
  const start = view.getUint32(PIECES_AT, true);
  const text = readPieces(document, table.subarray(start, start + view.getUint32(PIECES_AT + 4, true)));
  const stories = new Stories();
  let at = 0;
  for (const [place, part] of STORIES.entries()) {
    const length = view.getUint32(COUNTS_AT + place * 4, true);
    const story = text.slice(at, at + length);
    at += length;
    stories.add(plainText(story), part ? { part } : {});
  }
  const warnings = file.has('Macros') ? [note('macros')] : [];
  const pictures = unreadPictures(text.split(PICTURE).length - 1);
  return { kind: 'doc', units: stories.finish(), warnings, pictures };
}

/**
 * Pieces use one or two bytes per character; a second table after their text positions gives their file
 * offsets.
 */
function readPieces(document: Uint8Array, clx: Uint8Array): string {
  const view = new DataView(clx.buffer, clx.byteOffset, clx.length);
  let at = 0;
  while (at + 3 <= clx.length && clx[at] === 1) at += 3 + view.getUint16(at + 1, true);
  if (clx[at] !== 2 || at + 5 > clx.length) throw new UnreadableFile(note('damaged-word'));
  const length = Math.min(view.getUint32(at + 1, true), clx.length - at - 5);
  const numPieces = Math.floor((length - 4) / 12);
  at += 5;
  const pieces: string[] = [];
  const [western, wide] = [new TextDecoder('windows-1252'), new TextDecoder('utf-16le')];
  let budget = document.length * 2;
  for (let n = 0; n < numPieces; n++) {
    const numCharacters = view.getUint32(at + n * 4 + 4, true) - view.getUint32(at + n * 4, true);
    const place = view.getUint32(at + (numPieces + 1) * 4 + n * 8 + 2, true);
    const isNarrow = (place & 0x40000000) !== 0;
    const from = isNarrow ? (place & 0x3fffffff) >>> 1 : place & 0x3fffffff;
    // Endlessly overlapping pieces would turn a small file into a huge text.
    budget -= numCharacters;
    if (numCharacters < 0 || budget < 0) break;
    pieces.push(
      isNarrow
        ? western.decode(document.subarray(from, from + numCharacters))
        : wide.decode(document.subarray(from, from + numCharacters * 2)),
    );
  }
  return pieces.join('');
}

/** Replaces paragraph, cell and field marks; keeps a field's result and drops its instruction. */
function plainText(text: string): string {
  /* eslint-disable no-control-regex -- Word marks fields and breaks by control characters */
  return withoutInstructions(text)
    .replace(/[\r\x0b\x0c\x0e]/g, '\n')
    .replace(/\x07/g, '\t')
    .replace(/\x1e/g, '-')
    .replace(/[\x00-\x08\x0f-\x1f]/g, '');
  /* eslint-enable no-control-regex */
}

/** A field is its instruction, a mark, its result and another mark; either may hold fields. */
function withoutInstructions(text: string): string {
  const kept: string[] = [];
  /** for each open field where its instruction starts; null once it is dropped */
  const open: (number | null)[] = [];
  // eslint-disable-next-line no-control-regex -- the marks of fields
  for (const piece of text.split(/([\x13-\x15])/)) {
    const start = open.at(-1) ?? null;
    if (piece === '\x14' || piece === '\x15') {
      if (start !== null) kept.length = start;
      open.pop();
      if (piece === '\x14') open.push(null);
    } else if (piece === '\x13') open.push(kept.length);
    else kept.push(piece);
  }
  return kept.join('');
}
