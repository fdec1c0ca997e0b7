/** A set of bytes of one file, as sorted ranges that neither touch nor overlap. */
export interface ByteRange {
  readonly start: number;
  /** excluded */
  readonly end: number;
}

export class ByteRanges {
  #ranges: ByteRange[] = [];

  /** Bytes in the set. */
  get size(): number {
    return this.#ranges.reduce((sum, { start, end }) => sum + end - start, 0);
  }

  /** Position after the last byte in the set. */
  get end(): number {
    return this.#ranges.at(-1)?.end ?? 0;
  }

  add(start: number, end: number): void {
    if (end <= start) return;
    const apart = (range: ByteRange): boolean => range.end < start || range.start > end;
    const touching = this.#ranges.filter((range) => !apart(range));
    const merged = {
      start: Math.min(start, ...touching.map((range) => range.start)),
      end: Math.max(end, ...touching.map((range) => range.end)),
    };
    this.#ranges = [...this.#ranges.filter(apart), merged].sort((a, b) => a.start - b.start);
  }

  /** The bytes before `total` that are not in the set, as ranges of at most `longest` bytes. */
  missing(total: number, longest: number): ByteRange[] {
    const missing: ByteRange[] = [];
    let at = 0;
    for (const { start, end } of [...this.#ranges, { start: total, end: total }]) {
      for (; at < Math.min(start, total); at = Math.min(at + longest, start, total)) {
        missing.push({ start: at, end: Math.min(at + longest, start, total) });
      }
      at = Math.max(at, end);
    }
    return missing;
  }
}
