/**
 * Reads a checkpoint from a hub by HTTP ranges during conversion, so that it is never stored on disk. Small
 * files are fetched whole; of the weights, only the part being converted and the next one are in memory.
 */
import { IdleTimer, PassingFault, retry, retryAfterMs } from '../base/async.ts';
import { Rank1Error, errorMessage } from '../base/errors.ts';
import { namingRefusals } from '../base/policy-refusal.ts';
import { readBody } from '../base/read-body.ts';
import { contentRangeOf, isOtherVersion, validatorOf } from '../model/download/part-headers.ts';
import type { ByteSource } from './byte-io.ts';
import { pathWithin, type CheckpointFolder } from './checkpoint-folder.ts';
import { readAhead } from './read-ahead.ts';
import { MAX_TEXT_BYTES, tooLarge } from './read-json.ts';

/** Bytes per request; a 7B checkpoint takes about a thousand. */
const WINDOW_BYTES = 16 * 2 ** 20;
/** A hub URL ends with the requested revision; it is replaced by the commit. */
const REVISION_AT_END = /\/resolve\/[^/]+$/;
const COMMIT = /^[0-9a-f]{40}$/;

export interface RetryLimits {
  readonly maxAttempts: number;
  /** before the second attempt; doubled for each further one, up to `maxDelayMs` */
  readonly delayMs: number;
  readonly maxDelayMs: number;
  /** idle timeout of a request, after which it is retried */
  readonly stallMs: number;
}

/** About two minutes of waiting in total: long enough for a router to restart. */
const RETRY_LIMITS: RetryLimits = { maxAttempts: 8, delayMs: 500, maxDelayMs: 60_000, stallMs: 30_000 };

export interface HttpCheckpointOptions {
  readonly fetch?: typeof fetch;
  /** Aborts requests and waits; pending reads reject with its reason. */
  readonly signal?: AbortSignal;
  /** Override the defaults. */
  readonly limits?: Partial<RetryLimits>;
}

interface RangedFile {
  readonly name: string;
  readonly size: number;
  /** of the first answer */
  readonly validator: string | null;
}

/**
 * `input` of `convertModel`: a folder on a server that supports range requests.
 * @throws on any call: Rank1Error `network`, `access-denied` or `invalid-file`; the signal's reason
 */
export class HttpCheckpoint implements CheckpointFolder {
  /** Commit of the first file's response, once known; all further files are requested from it. */
  revision: string | null = null;
  readonly #fetch: typeof fetch;
  readonly #limits: RetryLimits;
  readonly #closed = new AbortController();
  readonly #signal: AbortSignal;

  #baseUrl: string;

  /** @param baseUrl of the folder, for example `https://huggingface.co/<id>/resolve/main` */
  constructor(baseUrl: string, options: HttpCheckpointOptions = {}) {
    this.#baseUrl = baseUrl;

    this.#fetch = options.fetch ?? ((input, init) => fetch(input, init));
    this.#limits = { ...RETRY_LIMITS, ...options.limits };
    const { signal } = this.#closed;
    this.#signal = options.signal ? AbortSignal.any([options.signal, signal]) : signal;
  }

  async open(name: string): Promise<ByteSource | null> {
    if (pathWithin(name) === null) return null;
    return name.endsWith('.safetensors') ? this.#openRanged(name) : this.#openWhole(name);
  }

  /** Aborts reading ahead. */
  close(): Promise<void> {
    this.#closed.abort(new Error('The checkpoint was closed.'));
    return Promise.resolve();
  }

  async #openWhole(name: string): Promise<ByteSource | null> {
    return this.#requesting(name, {}, async (response, idle) => {
      if (response === null) return null;
      this.#pinRevision(response.headers.get('x-repo-commit'));
      const bytes = await readBodyOf(response, MAX_TEXT_BYTES, idle);
      if (bytes === null) throw tooLarge(name);
      return { name, size: bytes.length, read: (start, end) => Promise.resolve(bytes.slice(start, end)) };
    });
  }

  /** A branch may move during the conversion: after the first file, all come from that file's commit. */
  #pinRevision(commit: string | null): void {
    if (this.revision !== null || commit === null) return;
    this.revision = commit;
    if (COMMIT.test(commit)) this.#baseUrl = this.#baseUrl.replace(REVISION_AT_END, `/resolve/${commit}`);
  }

  async #openRanged(name: string): Promise<ByteSource | null> {
    const file = await this.#requesting(name, { Range: 'bytes=0-0' }, async (response) => {
      if (response === null) return null;
      await response.body?.cancel();
      const size = contentRangeOf(response)?.total ?? null;
      if (response.status === 206 && size !== null) return { name, size, validator: validatorOf(response) };
      throw new Rank1Error(
        'network',
        `The server does not give parts of ${name}. Download the checkpoint and convert the folder.`,
      );
    });
    if (file === null) return null;
    const read = readAhead((start, end) => this.#fetchRange(file, start, end), WINDOW_BYTES);
    return { name, size: file.size, read };
  }

  #fetchRange(file: RangedFile, start: number, end: number): Promise<Uint8Array<ArrayBuffer>> {
    return this.#requesting(file.name, { Range: `bytes=${start}-${end - 1}` }, async (response, idle) => {
      const isPart = response?.status === 206;
      const fault = isPart ? faultOfPart(response, file, start, end) : null;
      const bytes = isPart && !fault ? await readBodyOf(response, end - start, idle) : null;
      if (bytes?.length === end - start) return bytes;
      await response?.body?.cancel().catch(() => undefined);
      throw (
        fault ?? new PassingFault(`asked for ${end - start} bytes, got ${bytes?.length ?? 'none or more'}`)
      );
    });
  }

  /** One request, retried after transient faults. `use` gets `null` for 404. */
  #requesting<T>(
    name: string,
    headers: Record<string, string>,
    use: (response: Response | null, idle: IdleTimer) => Promise<T>,
  ): Promise<T> {
    const signal = this.#signal;
    const request = async (): Promise<T> => {
      const idle = new IdleTimer(this.#limits.stallMs, () => new Error('nothing came any more'), signal);
      try {
        const url = `${this.#baseUrl}/${name.split('/').map(encodeURIComponent).join('/')}`;
        // What the browser's cache holds may be of another version than what the server sends next.
        const init = { headers, signal: idle.signal, cache: 'no-cache' } as const;
        const response = await namingRefusals(url, () => this.#fetch(url, init));
        return await use(await checkStatus(name, response), idle);
      } finally {
        idle.stop();
      }
    };
    const isPassing = (error: unknown): boolean => !(error instanceof Rank1Error);
    return retry(request, { ...this.#limits, signal, isPassing }).catch((error: unknown) => {
      signal.throwIfAborted();
      throw isPassing(error) ? givenUp(`${name} of ${this.#baseUrl}`, error) : error;
    });
  }
}

/** Caches and servers are not trusted: a part may be another one, or of another version of the file. */
function faultOfPart(response: Response, { name, size, validator }: RangedFile, start: number, end: number) {
  if (isOtherVersion(response, validator)) {
    return new Rank1Error(
      'network',
      `${name} was changed on the server while it was read. Start the conversion again.`,
    );
  }
  const range = contentRangeOf(response);
  const isAsked = !range || (range.start === start && range.end === end && (range.total ?? size) === size);
  return isAsked
    ? null
    : new PassingFault(`asked for bytes ${start}-${end - 1} of ${size}, got "${range.text}"`);
}

/** `null` for 404. @throws for any other unsuccessful status */
async function checkStatus(name: string, response: Response): Promise<Response | null> {
  if (response.ok) return response;
  await response.body?.cancel();
  if (response.status === 404) return null;
  const error = `the server answered ${response.status}`;
  if (response.status !== 401 && response.status !== 403) {
    throw new PassingFault(error, retryAfterMs(response.headers));
  }
  throw new Rank1Error(
    'network',
    `${name} cannot be fetched: ${error}. Check the id; the repository may be private.`,
  );
}

function givenUp(what: string, error: unknown): Rank1Error {
  return new Rank1Error(
    'network',
    `${what} could not be fetched (${errorMessage(error)}). Check the connection and try again.`,
    { cause: error },
  );
}

/** null if longer than `maxBytes` */
function readBodyOf({ body }: Response, maxBytes: number, idle: IdleTimer) {
  return readBody(body, maxBytes, { signal: idle.signal, onChunk: () => idle.touch() });
}
