/**
 * Notes to the user about a file, as language-independent data; `src/app/triage/import-wording.ts` has the
 * sentences. Codes are stored in session files: never change the meaning of one.
 */

/** Why a file was not read at all. */
export const UNREAD_REASONS = [
  'empty',
  'no-text',
  'unsupported',
  'picture',
  'recording',
  'other-archive',
  'old-office',
  'iwork',
  'too-large-text',
  'too-large-container',
  'not-opened',
  'reader-failed',
  'took-too-long',
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
  'locked-certificate',
  'locked-document',
  'scanned-pdf',
  'garbled-pdf',
  'nested-page',
  'bomb',
  'max-entries',
  'max-unpacked',
  'max-within',
  'max-depth',
] as const;

/** What is missing from a partly read file. `numbers` counts or lists it. */
export const MISSING_KINDS = [
  'first-entries',
  'first-messages',
  'first-pages',
  'first-passages',
  'scanned-pages',
  'stamped-pages',
  'garbled-pages',
  'damaged-pages',
  'damaged-parts',
  'xfa-form',
  'unrecognised-pages',
  'broken-lines',
  'broken-characters',
  'deep-json',
  'deep-nesting',
  'entities',
  'embedded-objects',
  'unread-attachments',
  'word-notes',
] as const;

/** Remarks on a file from which nothing is missing. */
export const REMARK_KINDS = [
  'guessed-encoding',
  'deleted-text',
  'pictures',
  'macros',
  'external-content',
  'recognised-pages',
  'recognised-pictures',
] as const;

export const IMPORT_NOTE_CODES = [...UNREAD_REASONS, ...MISSING_KINDS, ...REMARK_KINDS] as const;

export type UnreadReason = (typeof UNREAD_REASONS)[number];
export type MissingKind = (typeof MISSING_KINDS)[number];
export type RemarkKind = (typeof REMARK_KINDS)[number];
export type ImportNoteCode = UnreadReason | MissingKind | RemarkKind;

export interface ImportNote<Code extends ImportNoteCode = ImportNoteCode> {
  readonly code: Code;
  /** values in the sentence: bytes, pages, lines, pictures */
  readonly numbers?: readonly number[];
  /** name of an encoding or format */
  readonly name?: string;
}

export type UnreadNote = ImportNote<UnreadReason>;

/** How reading a file ended. */
export type ImportOutcome =
  | { readonly status: 'read-whole'; readonly remarks: readonly ImportNote<RemarkKind>[] }
  | {
      readonly status: 'read-in-part';
      readonly missing: readonly ImportNote<MissingKind>[];
      readonly remarks: readonly ImportNote<RemarkKind>[];
    }
  | { readonly status: 'not-read'; readonly reason: UnreadNote };

/** Derived from a file's stored notes, so that files of older sessions have an outcome too. */
export function importOutcome(file: {
  readonly error: UnreadNote | null;
  readonly warnings: readonly ImportNote[];
}): ImportOutcome {
  const { error, warnings } = file;
  if (error) return { status: 'not-read', reason: error };
  const missing = warnings.filter(isMissing);
  const remarks = warnings.filter(isRemark);
  return missing.length > 0
    ? { status: 'read-in-part', missing, remarks }
    : { status: 'read-whole', remarks };
}

function isMissing(note: ImportNote): note is ImportNote<MissingKind> {
  return (MISSING_KINDS as readonly string[]).includes(note.code);
}

function isRemark(note: ImportNote): note is ImportNote<RemarkKind> {
  return (REMARK_KINDS as readonly string[]).includes(note.code);
}

/** @param numbers values in the code's sentence */
export function note<Code extends ImportNoteCode>(code: Code, ...numbers: number[]): ImportNote<Code> {
  return numbers.length > 0 ? { code, numbers } : { code };
}

export function namedNote<Code extends ImportNoteCode>(code: Code, name: string): ImportNote<Code> {
  return { code, name };
}

/** Thrown if nothing of a file can be read. */
export class UnreadableFile extends Error {
  override readonly name = 'UnreadableFile';

  readonly note: UnreadNote;

  constructor(note: UnreadNote, options?: ErrorOptions) {
    super(note.code, options);
    this.note = note;
  }
}
