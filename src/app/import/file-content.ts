/** What a reader makes of one file, before it is cut into passages. */
import type { UnpackBudget } from './import-limits.ts';
import type { ImportNote, UnreadNote } from './import-notes.ts';
import type { TextRecognition } from './text-recognition.ts';
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
  /** folder with the character maps of pdf.js; same origin */
  readonly cMapUrl: string;
  readonly recognition: Pick<TextRecognition, 'recognise'>;
  /** Told before the text of a page is recognised, which takes seconds. */
  readonly onPage: (page: number) => void;
}
