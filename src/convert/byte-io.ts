/**
 * Where bytes come from and where they go. The converter knows only these interfaces, so the same code runs
 * on files in Node, on `File` objects in a page, and on ranges of a hub over HTTP.
 */
import type { TensorEntry } from './safetensors.ts';

/** A file of known size that can be read in any order. */
export interface ByteSource {
  /** For messages only: the file's name. */
  readonly name: string;
  readonly size: number;
  /**
   * Bytes `start` (included) to `end` (excluded), always exactly `end - start` of them; the caller owns the array.
   * @param until the reads after this one go on to here, most likely: a source far away fetches ahead up to it
   * @throws Rank1Error `invalid-file` when the file ends earlier than its size said
   */
  read(start: number, end: number, until?: number): Promise<Uint8Array<ArrayBuffer>>;
}

/** A model folder as Hugging Face lays it out, read only. */
export interface CheckpointFolder {
  /** `null` when there is no such file. `name` is a plain file name, never a path. */
  open(name: string): Promise<ByteSource | null>;
  /** Where the weights are in a format of the folder's own, such as GGUF; by the names of transformers. */
  openTensors?(): Promise<ReadonlyMap<string, TensorEntry>>;
  close(): Promise<void>;
}

/** One file being written from its start to its end. */
export interface ByteSink {
  /** The bytes may be reused by the caller once the promise settles. */
  write(bytes: Uint8Array<ArrayBuffer>): Promise<void>;
  close(): Promise<void>;
}

/**
 * A folder under construction. Nothing is visible under its final name before `commit`; after `discard`, or a
 * crash, there is no folder of that name, or the one that was there before.
 */
export interface OutputFolder {
  /**
   * Called once, before the first of the weights, with all the bytes they will take.
   * @throws Rank1Error `storage` where it is known that there is no room
   */
  reserve?(bytes: number): Promise<void>;
  /** @param path relative, with `/`; the folder in it is created */
  create(path: string): Promise<ByteSink>;
  commit(): Promise<void>;
  discard(): Promise<void>;
}
