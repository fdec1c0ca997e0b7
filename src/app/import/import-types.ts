/** Messages between the import worker and the page. */
import type { ImportNote, UnreadNote } from './import-notes.ts';

export const FILE_KINDS = [
  'pdf', 'docx', 'xlsx', 'pptx', 'odt', 'ods', 'odp', 'epub', 'rtf', 'doc', 'xls', 'msg', 'winmail',
  'email', 'mbox', 'calendar', 'html', 'xml', 'markdown', 'text', 'code', 'subtitles', 'csv', 'json', 'jsonl', 'notebook',
  'zip', 'tar', 'gzip', 'signed', 'picture',
] as const; // prettier-ignore

export type FileKind = (typeof FILE_KINDS)[number];

/** Parts of a document besides its running text. */
export const DOCUMENT_PARTS = [
  'footnote', 'endnote', 'comment', 'header', 'footer', 'text-box', 'deleted', 'form', 'annotation', 'slide',
  'speaker-notes', 'sheet', 'chapter', 'recognised',
] as const; // prettier-ignore

export type DocumentPart = (typeof DOCUMENT_PARTS)[number];

/** Position of a text, as far as its format provides one. */
export interface TextPlace {
  /** from 1; only for formats with pages */
  readonly page?: number;
  /** from 1; a row of a table, or a record of a format without lines */
  readonly record?: number;
  /** name of the column, if the text is that of one cell */
  readonly column?: string;
  readonly part?: DocumentPart;
  /** which of these parts: name of a sheet or chapter, number of a footnote or slide */
  readonly label?: string;
}

/** A part of a file's text that stays together: a page, a row, a message, or the whole text. */
export interface TextUnit extends TextPlace {
  readonly text: string;
  /** Lines within the file, or within the page if there are pages; absent if the format has no lines. */
  readonly lines?: UnitLines;
}

/** Lines of the file, from 1. */
export type UnitLines =
  /** the first line; the others follow consecutively */
  | { readonly first: number }
  /** one line for the whole text, such as a record whose line breaks are not the file's */
  | { readonly all: number }
  /** first and last file line of each line of the text */
  | { readonly each: readonly LineRange[] };

export interface LineRange {
  readonly first: number;
  readonly last: number;
}

/** The text that the model judges at a time, with its position. */
export interface ImportedPassage extends TextPlace {
  readonly text: string;
  /** SHA-256 of the text, in hex: equal texts are judged once */
  readonly hash: string;
  /** both present or both absent */
  readonly firstLine?: number;
  readonly lastLine?: number;
}

/** A file, or a nested file. `importOutcome` says how reading it ended. */
export interface ImportedFile {
  /** includes the path within an archive or message; sanitised, for display only */
  readonly path: string;
  readonly kind: FileKind | null;
  readonly numBytes: number;
  readonly passages: readonly ImportedPassage[];
  /** plain text only: the encoding it was decoded with, as accepted by `ImportChoices` */
  readonly encoding?: string;
  /** what is missing or worth knowing; the rest was read */
  readonly warnings: readonly ImportNote[];
  /** why nothing could be read */
  readonly error: UnreadNote | null;
}

/** Choices the user can make when a file is read again. */
export interface ImportChoices {
  /** one of `ENCODINGS`, overriding detection; applies to all texts within the file */
  readonly encoding?: string;
  /** languages (of `RECOGNISED_LANGUAGES`) for recognising text in pictures and scanned pages */
  readonly recognise?: readonly string[];
}

/** The import worker's API. */
export interface ImportApi {
  /** Resolves with the file and its nested files; never rejects because of the file's content. */
  importFile(
    path: string,
    file: Blob,
    choices: ImportChoices | undefined,
    onProgress: ImportProgressListener,
  ): Promise<ImportedFile[]>;
  /** Content of the file nested at a path that `importFile` returned; null if it is not found. */
  extractFile(path: string, file: Blob, nested: string): Promise<Uint8Array | null>;
}

/** Called for every nested file and every page, with the number so far and the current path. */
export type ImportProgressListener = (numWithin: number, path: string) => void;
