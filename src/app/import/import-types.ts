/** What the import worker hands to the page. */
import type { ImportNote, UnreadNote } from './import-notes.ts';

export const FILE_KINDS = [
  'pdf', 'docx', 'xlsx', 'pptx', 'odt', 'ods', 'odp', 'epub', 'rtf', 'doc', 'xls', 'msg', 'winmail',
  'email', 'mbox', 'calendar', 'html', 'xml', 'markdown', 'text', 'code', 'subtitles', 'csv', 'json', 'jsonl', 'notebook',
  'zip', 'tar', 'gzip', 'picture',
] as const; // prettier-ignore

export type FileKind = (typeof FILE_KINDS)[number];

/** Parts of a document beside its running text. */
export const DOCUMENT_PARTS = [
  'footnote', 'endnote', 'comment', 'header', 'footer', 'text-box', 'deleted', 'form', 'annotation', 'slide',
  'speaker-notes', 'sheet', 'chapter', 'recognised',
] as const; // prettier-ignore

export type DocumentPart = (typeof DOCUMENT_PARTS)[number];

/** Where a text stands, as far as its format says. */
export interface TextPlace {
  /** counted from 1; only where the format has pages */
  readonly page?: number;
  /** counted from 1; a row of a sheet, or a record of a format without lines */
  readonly record?: number;
  readonly part?: DocumentPart;
  /** which of these parts: the name of a sheet or chapter, the number of a footnote or slide */
  readonly label?: string;
}

/** A stretch of a file's text that readers keep together: a page, a row, a message, or the whole of it. */
export interface TextUnit extends TextPlace {
  readonly text: string;
  /** Where the text stands in the file (in the page, where there are pages); left out where the format has no lines. */
  readonly lines?: UnitLines;
}

/** Lines of the file, counted from 1. */
export type UnitLines =
  /** of the first line; the others follow one by one */
  | { readonly first: number }
  /** of all of it: a record, say, whose line breaks are not those of the file */
  | { readonly all: number }
  /** where each line of the text begins and ends */
  | { readonly each: readonly LineRange[] };

export interface LineRange {
  readonly first: number;
  readonly last: number;
}

/** What the model judges at a time, and where it stands. */
export interface ImportedPassage extends TextPlace {
  readonly text: string;
  /** SHA-256 of the text, in hex: equal texts are judged once */
  readonly hash: string;
  /** both or none */
  readonly firstLine?: number;
  readonly lastLine?: number;
}

/** One file, or one file within a file. `importOutcome` says how its reading ended. */
export interface ImportedFile {
  /** with the path within an archive or a message; cleaned, for showing only */
  readonly path: string;
  readonly kind: FileKind | null;
  readonly numBytes: number;
  readonly passages: readonly ImportedPassage[];
  /** of a file that is plain text: what it was decoded as, by a name that `ImportChoices` takes */
  readonly encoding?: string;
  /** what is missing from it, and what is worth knowing; the rest was read */
  readonly warnings: readonly ImportNote[];
  /** why nothing could be read */
  readonly error: UnreadNote | null;
}

/** What a person may choose when a file is read again. */
export interface ImportChoices {
  /** one of `ENCODINGS`, instead of the guess; counts for every text within the file */
  readonly encoding?: string;
  /** languages (of `RECOGNISED_LANGUAGES`) in which text is looked for in pictures and scanned pages */
  readonly recognise?: readonly string[];
}

/** What the import worker exposes. */
export interface ImportApi {
  /** Resolves with the file, and the files within it; never rejects for what is in the file. */
  importFile(
    path: string,
    file: Blob,
    choices: ImportChoices | undefined,
    onProgress: ImportProgressListener,
  ): Promise<ImportedFile[]>;
}

/** Told at every file within the file, and at every page that is recognised: how many there were, and which is read now. */
export type ImportProgressListener = (numWithin: number, path: string) => void;
