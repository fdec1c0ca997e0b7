/** What the import worker hands to the page. Types, and the one error that readers throw. */

export type FileKind =
  'pdf' | 'docx' | 'email' | 'mbox' | 'html' | 'markdown' | 'text' | 'csv' | 'json' | 'jsonl' | 'zip';

/** A stretch of a file's text that readers keep together: a page, a row, a message, or the whole of it. */
export interface TextUnit {
  readonly text: string;
  /** counted from 1; only where the format has pages */
  readonly page?: number;
  /** line of the file (of the page, where there are pages) where the text begins; counted from 1 */
  readonly firstLine: number;
  /** Line breaks in the text are not those of the file: a record, say, that stands on one line. */
  readonly oneLine?: boolean;
}

/** What the model judges at a time, and where it stands. */
export interface ImportedPassage {
  readonly text: string;
  /** SHA-256 of the text, in hex: equal texts are judged once */
  readonly hash: string;
  readonly page?: number;
  readonly firstLine: number;
  readonly lastLine: number;
}

/** One file, or one file within a file. */
export interface ImportedFile {
  /** with the path within an archive or a message; cleaned, for showing only */
  readonly path: string;
  readonly kind: FileKind | null;
  readonly numBytes: number;
  readonly passages: readonly ImportedPassage[];
  /** sentences about what could not be read; the rest was */
  readonly warnings: readonly string[];
  /** why nothing could be read */
  readonly error: string | null;
}

/** What the import worker exposes. */
export interface ImportApi {
  /** Resolves with the file, and the files within it; never rejects for what is in the file. */
  importFile(path: string, file: Blob): Promise<ImportedFile[]>;
}

/** A file that cannot be read: the message is shown to the person as it is. */
export class UnreadableFile extends Error {
  override readonly name = 'UnreadableFile';
}
