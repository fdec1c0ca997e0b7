/** Limits on reading untrusted files. Content beyond them stays unread, and the user is told. */
export const IMPORT_LIMITS = {
  /** per text file */
  maxTextBytes: 64 * 2 ** 20,
  /** per container file: PDF, ZIP, mailbox, message, Word */
  maxContainerBytes: 512 * 2 ** 20,
  /** files per archive, messages per mailbox */
  maxEntries: 5_000,
  /** total unpacked size of all files nested in one file */
  maxUnpackedBytes: 256 * 2 ** 20,
  /**
   * unpacked to packed size, checked once `ratioFreeBytes` are exceeded: text compresses about 10:1, a bomb 1000:1
   */
  maxRatio: 200,
  ratioFreeBytes: 2 ** 20,
  /** nesting depth of archives or messages */
  maxDepth: 4,
  maxPages: 5_000,
  /** per dropped file including nested files, without text recognition; checked between files and pages */
  maxMinutes: 30,
  /** The page terminates a worker that neither finishes nor reports a page or nested file for this long. */
  maxSilentMinutes: 5,
  /** per file */
  maxPassages: 20_000,
} as const;

/** Remaining budget for the files nested in one dropped file. */
export class UnpackBudget {
  readonly #start = performance.now();
  numEntries = 0;
  numBytes = 0;

  get isOutOfTime(): boolean {
    return performance.now() - this.#start > IMPORT_LIMITS.maxMinutes * 60_000;
  }

  /** Whether one more entry of that size fits; if so, charges it. */
  take(numBytes: number): boolean {
    if (this.numEntries >= IMPORT_LIMITS.maxEntries) return false;
    if (this.numBytes + numBytes > IMPORT_LIMITS.maxUnpackedBytes) return false;
    this.numEntries += 1;
    this.numBytes += numBytes;
    return true;
  }
}
