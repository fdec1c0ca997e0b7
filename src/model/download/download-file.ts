/**
 * Downloads one model file into the store: fetches missing ranges in parallel, resuming each where it broke
 * off, then verifies the checksum. Bytes count as received only once flushed and recorded in the journal.
 */
import { backoffMs, IdleTimer, nextTask, type Semaphore } from '../../base/async.ts';
import { Rank1Error, errorMessage } from '../../base/errors.ts';
import { readChunks } from '../../base/read-body.ts';
import { assertChecksum } from '../model-folder.ts';
import { createSha256 } from '../sha256.ts';
import type { RandomAccessFile, StoreFolder } from '../store/model-store.ts';
import type { ByteRange } from './byte-ranges.ts';
import type { Journal, PlannedFile } from './journal.ts';
import type { DownloadTools } from './limits.ts';
import { UnusableAnswer, requestPart, type PartAnswer } from './request-part.ts';

/** How often to start over because the file changed, or ranges turned out not to work. */
const MAX_RESTARTS = 2;
/** Retries after a checksum mismatch; each fetches the whole file again. */
const MAX_REPEATS = 1;
/**
 * After this many failures of the first part without a byte, the whole file is requested: some servers compress
 * parts, which browsers cannot read.
 */
const BROKEN_PARTS = 2;
const VERIFY_BYTES = 4 * 2 ** 20;

export interface FileEvents {
  /** bytes of the file stored so far */
  onBytes(bytes: number): void;
  /** bytes hashed so far; restarts at 0 with each attempt */
  onVerified(bytes: number): void;
  /** The file is complete but damaged, and is fetched again. */
  onRepeat(): void;
}

export interface FileDownloadOptions {
  readonly url: string;
  readonly file: PlannedFile;
  readonly journal: Journal;
  readonly connections: Semaphore;
  readonly tools: DownloadTools;
  readonly events: FileEvents;
}

/**
 * Resolves once the file is complete and verified. On failure, received bytes are kept.
 * @throws Rank1Error, or the signal's reason
 */
export async function downloadFile(
  folder: StoreFolder,
  options: FileDownloadOptions,
  signal: AbortSignal,
): Promise<void> {
  const { file, journal } = options;
  const handle = await folder.open(file.path);
  try {
    journal.claim(file);
    const { done } = journal.of(file);
    if (done.end > handle.size) journal.reset(file); // the file was cleared, but not the journal
    await new FileDownload(options, handle).run(signal);
    if (handle.size !== file.bytes) handle.truncate(file.bytes);
    handle.flush();
  } finally {
    handle.close();
  }
}

class FileDownload {
  /** False once the server has shown that it does not support ranges. */
  #ranged = true;
  /** bytes written but not yet recorded in the journal */
  #unnoted = 0;

  readonly #options: FileDownloadOptions;
  readonly #handle: RandomAccessFile;

  constructor(options: FileDownloadOptions, handle: RandomAccessFile) {
    this.#options = options;
    this.#handle = handle;
  }

  async run(signal: AbortSignal): Promise<void> {
    const { journal, file, events } = this.#options;
    this.#report(0);
    for (let restarts = 0, repeats = 0; !journal.of(file).verified;) {
      try {
        await this.#fetchMissing(signal);
      } catch (error) {
        if (!(error instanceof UnusableAnswer)) throw error;
        this.#startOver();
        restarts += 1;
        if (restarts > MAX_RESTARTS) throw this.#unavailable(error);
        continue;
      }
      const actual = await this.#hash(signal);
      if (actual === file.sha256) {
        journal.setVerified(file);
        continue;
      }
      this.#startOver();
      repeats += 1;
      if (repeats > MAX_REPEATS) assertChecksum(file.path, actual, file.sha256);
      events.onRepeat();
    }
    events.onVerified(file.bytes); // also if it was before
  }

  #startOver(): void {
    const { journal, file } = this.#options;
    journal.reset(file);
    this.#report(0);
  }

  /** The first part shows whether the server supports ranges; only then are others requested in parallel. */
  async #fetchMissing(signal: AbortSignal): Promise<void> {
    const { file, journal, tools } = this.#options;
    const { done } = journal.of(file);
    const missing = done.missing(file.bytes, this.#ranged ? tools.limits.partBytes : Infinity);
    const [first, ...others] = missing;
    if (!first) return;
    const group = new AbortController();
    const ends = AbortSignal.any([signal, group.signal]);
    const fetching: Promise<void>[] = [];
    const start = (part: ByteRange, onPart?: () => void): void => {
      // The first failure aborts the others; its error is thrown once all have ended.
      fetching.push(this.#fetchPart(part, ends, onPart).catch((error: unknown) => group.abort(error)));
    };
    start(first, () => others.splice(0).forEach((part) => start(part)));
    for (let next = 0; next < fetching.length; next++) await fetching[next];
    ends.throwIfAborted();
  }

  /**
   * @param onPart set only for the first part, and called if the server supports ranges. Only this response may be
   * the whole file.
   */
  async #fetchPart(part: ByteRange, signal: AbortSignal, onPart?: () => void): Promise<void> {
    const { connections, tools } = this.#options;
    let at = part.start;
    for (let failures = 0; at < part.end;) {
      const before = at;
      const release = await connections.acquire(signal);
      const idle = new IdleTimer(tools.limits.stallMs, stalled, signal);
      let problem = new UnusableAnswer('broken', 'the connection broke off');
      try {
        const answer = await this.#request(at, part.end, idle.signal);
        if (!answer.whole) onPart?.();
        else if (onPart) return await this.#takeWhole(answer, idle, signal);
        else throw new UnusableAnswer('no-ranges', 'it sent the whole file when asked for a part');
        at = await this.#take(answer, at, part.end, idle);
      } catch (error) {
        signal.throwIfAborted();
        if (!(error instanceof UnusableAnswer)) throw error;
        if (error.kind === 'no-ranges') this.#ranged = false;
        if (error.kind === 'changed' || error.kind === 'no-ranges') throw error;
        problem = error;
      } finally {
        idle.stop();
        release();
      }
      signal.throwIfAborted();
      failures = at > before ? 0 : failures + 1;
      if (onPart && failures === BROKEN_PARTS && problem.kind === 'broken' && this.#ranged) {
        this.#ranged = false;
        throw new UnusableAnswer('no-ranges', problem.message);
      }
      if (at < part.end) await this.#backOff(problem, failures, signal);
    }
  }

  async #request(start: number, end: number, signal: AbortSignal): Promise<PartAnswer> {
    const { url, file, journal, tools } = this.#options;
    const record = journal.of(file);
    const { validator } = record;
    const request = { url, start, end, totalBytes: file.bytes, whole: !this.#ranged, validator };
    const answer = await requestPart(tools.fetch, request, signal);
    if (answer.validator !== null && validator === null) journal.setValidator(file, answer.validator);
    return answer;
  }

  /** @returns where the body ended or broke off, at most `end`. @throws UnusableAnswer if it is too long */
  async #take(answer: PartAnswer, start: number, end: number, idle: IdleTimer): Promise<number> {
    const { file, journal, tools } = this.#options;
    let at = start;
    let noted = start;
    const note = (): void => {
      this.#handle.flush();
      journal.addBytes(file, noted, at);
      this.#report(noted - at);
      noted = at;
    };
    try {
      for await (const chunk of readUntilBroken(answer.body, idle.signal)) {
        idle.touch();
        if (at + chunk.length > end)
          throw new UnusableAnswer('no-ranges', 'it sent more than it was asked for');
        this.#handle.write(chunk, at);
        at += chunk.length;
        this.#report(chunk.length);
        if (at - noted >= tools.limits.checkpointBytes) note();
      }
    } finally {
      note();
    }
    return at;
  }

  /** Stores the whole file from one response; bytes stored earlier are discarded. @throws UnusableAnswer if it breaks off */
  async #takeWhole(answer: PartAnswer, idle: IdleTimer, signal: AbortSignal): Promise<void> {
    const { file, journal } = this.#options;
    const validator = answer.validator;
    journal.reset(file);
    if (validator !== null) journal.setValidator(file, validator);
    this.#report(0);
    const at = await this.#take(answer, 0, file.bytes, idle);
    signal.throwIfAborted();
    if (at < file.bytes) throw new UnusableAnswer('retry', `only ${at} of ${file.bytes} bytes arrived`);
  }

  /** @returns SHA-256 of the stored bytes */
  async #hash(signal: AbortSignal): Promise<string> {
    const { file, events } = this.#options;
    const hash = await createSha256();
    const buffer = new Uint8Array(Math.min(VERIFY_BYTES, file.bytes));
    for (let at = 0; at < file.bytes;) {
      const numBytes = this.#handle.read(buffer.subarray(0, Math.min(buffer.length, file.bytes - at)), at);
      if (numBytes === 0) break; // storage was cleared meanwhile; the checksum will fail
      hash.update(buffer.subarray(0, numBytes));
      at += numBytes;
      events.onVerified(at);
      // Hashing blocks the worker; this lets other files receive data in between.
      await nextTask();
      signal.throwIfAborted();
    }
    return hash.digestHex();
  }

  async #backOff(problem: UnusableAnswer, failures: number, signal: AbortSignal): Promise<void> {
    const { wait, limits } = this.#options.tools;
    if (failures >= limits.maxAttempts) throw this.#unavailable(problem);
    const { retryAfterMs } = problem;
    if (retryAfterMs !== null && retryAfterMs > limits.maxRetryAfterMs) {
      const minutes = Math.ceil(retryAfterMs / 60_000);
      throw this.#unavailable(problem, `Resume in ${minutes} minutes, as the server asks`);
    }
    const backoff = { delayMs: limits.retryMs, maxDelayMs: limits.maxRetryAfterMs };
    await wait(backoffMs(backoff, Math.max(1, failures), retryAfterMs), signal);
  }

  #unavailable(cause: unknown, advice = 'Check the connection and resume'): Rank1Error {
    const { url } = this.#options;
    return new Rank1Error(
      'network',
      `The download of ${url} broke off: ${errorMessage(cause)}. ${advice}: what has arrived is kept.`,
      { cause },
    );
  }

  #report(unnoted: number): void {
    const { events, journal, file } = this.#options;
    this.#unnoted += unnoted;
    events.onBytes(journal.of(file).done.size + this.#unnoted);
  }
}

const stalled = (): UnusableAnswer => new UnusableAnswer('retry', 'nothing came any more');

/** Ends without an error if the connection breaks: the next request continues from there. */
async function* readUntilBroken(body: PartAnswer['body'], signal: AbortSignal): AsyncGenerator<Uint8Array> {
  try {
    yield* readChunks(body, signal);
  } catch {
    // only the number of bytes read matters
  }
}
