/**
 * What is told to the person about a file, as data: the worker that reads files knows no language. The sentences are in
 * `src/app/triage/import-wording.ts`.
 */

/** In a session file too: a code is never given another meaning. */
export const IMPORT_NOTE_CODES = [
  // why nothing was read
  'empty',
  'no-text',
  'unsupported',
  'too-large-text',
  'too-large-container',
  'not-opened',
  'reader-failed',
  'skipped',
  'damaged',
  'damaged-archive',
  'damaged-entry',
  'duplicate-entry',
  'damaged-json',
  'damaged-message',
  'damaged-pdf',
  'damaged-word',
  'locked-pdf',
  'scanned-pdf',
  'nested-page',
  'bomb',
  'max-entries',
  'max-unpacked',
  'max-within',
  'max-depth',
  // what was left out, or is not sure
  'first-entries',
  'first-messages',
  'first-pages',
  'first-passages',
  'scanned-pages',
  'damaged-pages',
  'broken-lines',
  'deep-json',
  'word-notes',
  'guessed-encoding',
] as const;

export type ImportNoteCode = (typeof IMPORT_NOTE_CODES)[number];

export interface ImportNote {
  readonly code: ImportNoteCode;
  /** what its sentence counts or lists: bytes, pages, lines */
  readonly numbers?: readonly number[];
  /** of an encoding */
  readonly name?: string;
}

export function note(code: ImportNoteCode, ...numbers: number[]): ImportNote {
  return numbers.length > 0 ? { code, numbers } : { code };
}

/** A file that cannot be read. */
export class UnreadableFile extends Error {
  override readonly name = 'UnreadableFile';

  readonly note: ImportNote;

  constructor(note: ImportNote, options?: ErrorOptions) {
    super(note.code, options);
    this.note = note;
  }
}
