/**
 * Fetches ahead. Weights are read sequentially in pieces of a few MB, each of which would cost a network round trip. So
 * larger windows are fetched, up to the end that the reader announced, the next one while the current one is converted.
 * Two tensors may be read in turns, as a tied head beside its table is. Beyond what a single read needs, at most two
 * windows for each of them are in memory.
 */
import type { ByteSource } from './byte-io.ts';

const MAX_READERS = 2;

export type FetchRange = (start: number, end: number) => Promise<Uint8Array<ArrayBuffer>>;

interface Window {
  readonly start: number;
  readonly end: number;
  readonly bytes: Promise<Uint8Array<ArrayBuffer>>;
}

/** @param windowBytes per request; a larger read issues several at once */
export function readAhead(fetchRange: FetchRange, windowBytes: number): ByteSource['read'] {
  /**
   * Of each tensor that is being read, by the end that its reader announced; the one that was read last is last. The
   * windows of one are contiguous, and the first contains the start of the last read.
   */
  const readers = new Map<number, Window[]>();

  const open = (start: number, end: number): Window => {
    const bytes = fetchRange(start, end);
    bytes.catch(() => undefined); // reported by the read that awaits it
    return { start, end, bytes };
  };

  return async (start, end, until = end) => {
    const known = readers.get(until) ?? [];
    const isAmong = known.some((window) => window.start <= start && start < window.end);
    const windows = isAmong ? known.filter((window) => window.end > start) : [];
    let at = windows.at(-1)?.end ?? start;
    while (at < end || (at < until && windows.length < 2)) {
      windows.push(open(at, Math.min(Math.max(end, until), at + windowBytes)));
      at = windows.at(-1)!.end;
    }
    readers.delete(until);
    if (end < until) readers.set(until, windows);
    if (readers.size > MAX_READERS) readers.delete(readers.keys().next().value!);
    const read = windows.filter((window) => window.start < end);
    try {
      const bytes = new Uint8Array(end - start);
      for (const window of read) {
        const part = (await window.bytes).subarray(
          Math.max(0, start - window.start),
          Math.min(window.end, end) - window.start,
        );
        bytes.set(part, Math.max(0, window.start - start));
      }
      return bytes;
    } catch (error) {
      readers.delete(until);
      throw error;
    }
  };
}
