/** A reader's result for one file, before it is split into passages. */
import type { UnpackBudget } from './import-limits.ts';
import type { ImportNote, UnreadNote } from './import-notes.ts';
import type { TextRecognition } from './text-recognition.ts';
import type { FileKind, ImportChoices, TextUnit } from './import-types.ts';

export interface FileContent {
  readonly kind: FileKind;
  readonly units: Iterable<TextUnit>;
  readonly warnings?: readonly ImportNote[];
  /** plain text only */
  readonly encoding?: string;
  readonly pictures?: readonly DocumentPicture[];
  /** nested files, each read as a separate file */
  readonly parts?: AsyncIterable<FilePart> | Iterable<FilePart>;
}

export interface DocumentPicture {
  readonly name: string;
  /** Null if it cannot be unpacked. */
  read(): Promise<Uint8Array | null>;
}

/** A nested file. Its name is untrusted: pass it through `cleanPath` before display. */
export type FilePart =
  | {
      readonly name: string;
      readonly content: Uint8Array;
      /** Already charged to the budget when it was unpacked. */
      readonly isCounted?: boolean;
      readonly problem?: never;
    }
  | {
      readonly name: string;
      readonly numBytes: number;
      readonly content?: never;
      readonly problem: UnreadNote;
    };

/** What readers need besides the bytes. */
export interface ReadContext {
  /** as displayed */
  readonly path: string;
  readonly budget: UnpackBudget;
  readonly choices: ImportChoices;
  /** folder with pdf.js character maps; same origin */
  readonly cMapUrl: string;
  readonly recognition: Pick<TextRecognition, 'recognise'>;
  /** Called before each page, and before each picture whose text is recognised: both may take seconds. */
  readonly onPage: (page: number) => void;
}
