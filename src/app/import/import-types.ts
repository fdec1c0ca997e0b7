/** What the import worker hands to the page. Types only. */
import type { ImportNote } from './import-notes.ts';

export type FileKind =
  'pdf' | 'docx' | 'email' | 'mbox' | 'html' | 'markdown' | 'text' | 'csv' | 'json' | 'jsonl' | 'zip';

/** A stretch of a file's text that readers keep together: a page, a row, a message, or the whole of it. */
export interface TextUnit {
  readonly text: string;
  /** counted from 1; only where the format has pages */
  readonly page?: number;
  /** counted from 1; only where the format has records and no lines */
  readonly record?: number;
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
export interface ImportedPassage {
  readonly text: string;
  /** SHA-256 of the text, in hex: equal texts are judged once */
  readonly hash: string;
  readonly page?: number;
  readonly record?: number;
  /** both or none */
  readonly firstLine?: number;
  readonly lastLine?: number;
}

/** One file, or one file within a file. */
export interface ImportedFile {
  /** with the path within an archive or a message; cleaned, for showing only */
  readonly path: string;
  readonly kind: FileKind | null;
  readonly numBytes: number;
  readonly passages: readonly ImportedPassage[];
  /** what could not be read, or not surely; the rest was */
  readonly warnings: readonly ImportNote[];
  /** why nothing could be read */
  readonly error: ImportNote | null;
}

/** What the import worker exposes. */
export interface ImportApi {
  /** Resolves with the file, and the files within it; never rejects for what is in the file. */
  importFile(path: string, file: Blob, onProgress: ImportProgressListener): Promise<ImportedFile[]>;
}

/** Told at every file within the file: how many there were, and which is read now. */
export type ImportProgressListener = (numWithin: number, path: string) => void;
