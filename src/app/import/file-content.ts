/** What a reader makes of one file, before it is cut into passages. */
import type { UnpackBudget } from './import-limits.ts';
import type { ImportNote, UnreadNote } from './import-notes.ts';
import type { FileKind, ImportChoices, TextUnit } from './import-types.ts';

export interface FileContent {
  readonly kind: FileKind;
  readonly units: Iterable<TextUnit>;
  readonly warnings?: readonly ImportNote[];
  /** of plain text */
  readonly encoding?: string;
  /** files within this one, each read as a file of its own */
  readonly parts?: AsyncIterable<FilePart> | Iterable<FilePart>;
}

/** A file within a file. Its name is a stranger's: `cleanPath` makes it one that can be shown. */
export type FilePart =
  | {
      readonly name: string;
      readonly content: Uint8Array;
      /** It was taken from the budget when it was unpacked. */
      readonly isCounted?: boolean;
      readonly problem?: never;
    }
  | { readonly name: string; readonly numBytes: number; readonly problem: UnreadNote };

/** What readers need to know beside the bytes. */
export interface ReadContext {
  /** as it is shown */
  readonly path: string;
  readonly budget: UnpackBudget;
  readonly choices: ImportChoices;
  /** Same origin: folder with the character maps of pdf.js, and folder with the text recognition. */
  readonly cMapUrl: string;
  readonly recognitionUrl: string;
  /** Says that page is being recognised. */
  readonly onPage: (page: number) => void;
}
