/**
 * Byte sources and sinks. The converter depends only on these interfaces, so the same code runs on files in
 * Node, on `File` objects in a page, and on HTTP ranges of a hub.
 */

/** A random-access file of known size. */
export interface ByteSource {
  /** File name, for messages only. */
  readonly name: string;
  readonly size: number;
  /**
   * Reads bytes `start` (included) to `end` (excluded), always all of them; the caller owns the array.
   * @param until hint that later reads will continue up to here, so that a remote source can read ahead
   * @throws Rank1Error `invalid-file` if the file is shorter than its stated size
   */
  read(start: number, end: number, until?: number): Promise<Uint8Array<ArrayBuffer>>;
}

/** A file written sequentially. */
export interface ByteSink {
  /** Appends. The caller may reuse the bytes once the promise settles. */
  write(bytes: Uint8Array<ArrayBuffer>): Promise<void>;
  close(): Promise<void>;
}

/**
 * A folder under construction. Nothing appears under its final name before `commit`; after `discard`, or a crash before
 * `commit`, there is no folder of that name, or the previous one is unchanged.
 */
export interface OutputFolder {
  /**
   * Called once, before the first weights, with their total size.
   * @throws Rank1Error `storage` if the available space is known to be too small
   */
  reserve?(bytes: number): Promise<void>;
  /** @param path relative, with `/`; missing folders are created */
  create(path: string): Promise<ByteSink>;
  commit(): Promise<void>;
  discard(): Promise<void>;
}
