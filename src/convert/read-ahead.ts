/**
 * Fetches ahead. Weights are read sequentially in pieces of a few MB, each of which would cost a network round trip. So
 * larger windows are fetched, up to the end that the reader announced, the next one while the current one is converted.
 * Beyond what a single read needs, at most two windows are in memory.
 */
import type { ByteSource } from './byte-io.ts';

export type FetchRange = (start: number, end: number) => Promise<Uint8Array<ArrayBuffer>>;

interface Window {
  readonly start: number;
  readonly end: number;
  readonly bytes: Promise<Uint8Array<ArrayBuffer>>;
}

/** @param windowBytes per request; a larger read issues several at once */
export function readAhead(fetchRange: FetchRange, windowBytes: number): ByteSource['read'] {
  /** Contiguous; the first contains the start of the last read. */
  let windows: Window[] = [];

  const open = (start: number, end: number): Window => {
    const bytes = fetchRange(start, end);
    bytes.catch(() => undefined); // reported by the read that awaits it
    return { start, end, bytes };
  };

  return async (start, end, until = end) => {
    const isAmong = windows.some((window) => window.start <= start && start < window.end);
    windows = isAmong ? windows.filter((window) => window.end > start) : [];
    let at = windows.at(-1)?.end ?? start;
    while (at < end || (at < until && windows.length < 2)) {
      windows.push(open(at, Math.min(Math.max(end, until), at + windowBytes)));
      at = windows.at(-1)!.end;
    }
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
      windows = [];
      throw error;
    }
  };
}
