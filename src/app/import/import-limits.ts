/** How much of a stranger's file is read. Beyond any of these it is told to the person, and the rest stays unread. */
export const IMPORT_LIMITS = {
  /** of a file that is text */
  maxTextBytes: 64 * 2 ** 20,
  /** of a file that holds other things: PDF, ZIP, mailbox, message, Word */
  maxContainerBytes: 512 * 2 ** 20,
  /** files in one archive, messages in one mailbox */
  maxEntries: 5_000,
  /** what all files within one file may unpack to */
  maxUnpackedBytes: 256 * 2 ** 20,
  /** unpacked against packed, once more than `ratioFreeBytes` come out: text packs about ten to one, a bomb a thousand */
  maxRatio: 200,
  ratioFreeBytes: 2 ** 20,
  /** archives in archives, messages in messages */
  maxDepth: 4,
  maxPages: 5_000,
  /** for one dropped file with all that is in it, where no text is recognised: looked at between files and pages */
  maxMinutes: 30,
  /** passages of one file */
  maxPassages: 20_000,
} as const;

/** What is left for the files within one file that was dropped. */
export class UnpackBudget {
  readonly #start = performance.now();
  numEntries = 0;
  numBytes = 0;

  get isOutOfTime(): boolean {
    return performance.now() - this.#start > IMPORT_LIMITS.maxMinutes * 60_000;
  }

  /** Whether one more entry of that size fits; counts it if so. */
  take(numBytes: number): boolean {
    if (this.numEntries >= IMPORT_LIMITS.maxEntries) return false;
    if (this.numBytes + numBytes > IMPORT_LIMITS.maxUnpackedBytes) return false;
    this.numEntries += 1;
    this.numBytes += numBytes;
    return true;
  }
}
