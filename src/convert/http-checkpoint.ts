/**
 * A checkpoint on a hub, read by HTTP ranges while it is converted, so that it never lies on the disk. Small files are
 * fetched whole; of the weights only what is being converted, and what comes next, is in memory.
 */
import { Rank1Error, errorMessage } from '../base/errors.ts';
import { StallGuard } from '../model/download/stall-guard.ts';
import type { ByteSource, CheckpointFolder } from './byte-io.ts';
import { PassingFault, RETRY_LIMITS, retryAfterMs, retrying, type RetryLimits } from './http-retry.ts';
import { readAhead } from './read-ahead.ts';

/** A 7B checkpoint is about a thousand of them. */
const WINDOW_BYTES = 16 * 2 ** 20;
/** A hub's addresses end with the revision that was asked for; the commit it stands for takes its place. */
const REVISION_AT_END = /\/resolve\/[^/]+$/;
const COMMIT = /^[0-9a-f]{40}$/;

export interface HttpCheckpointOptions {
  readonly fetch?: typeof fetch;
  /** Ends requests and waits; what was asked for then throws its reason. */
  readonly signal?: AbortSignal;
  /** What differs from the defaults. */
  readonly limits?: Partial<RetryLimits>;
}

export class HttpCheckpoint implements CheckpointFolder {
  /** The commit the hub served the first file from, once that was read; all further files are asked of it. */
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

  open(name: string): Promise<ByteSource | null> {
    return name.endsWith('.safetensors') ? this.#openRanged(name) : this.#openWhole(name);
  }

  /** Ends what was being fetched ahead. */
  close(): Promise<void> {
    this.#closed.abort(new Error('The checkpoint was closed.'));
    return Promise.resolve();
  }

  async #openWhole(name: string): Promise<ByteSource | null> {
    return this.#requesting(name, {}, async (response, guard) => {
      if (response === null) return null;
      this.#pinRevision(response.headers.get('x-repo-commit'));
      const bytes = await readBody(response, guard);
      return { name, size: bytes.length, read: (start, end) => Promise.resolve(bytes.slice(start, end)) };
    });
  }

  /** A branch may move while its files are read: after the first file all come from the commit that this one had. */
  #pinRevision(commit: string | null): void {
    if (this.revision !== null || commit === null) return;
    this.revision = commit;
    if (COMMIT.test(commit)) this.#baseUrl = this.#baseUrl.replace(REVISION_AT_END, `/resolve/${commit}`);
  }

  async #openRanged(name: string): Promise<ByteSource | null> {
    const size = await this.#requesting(name, { Range: 'bytes=0-0' }, async (response) => {
      if (response === null) return null;
      await response.body?.cancel();
      const total = /\/(\d+)$/.exec(response.headers.get('content-range') ?? '')?.[1];
      if (response.status === 206 && total !== undefined) return Number(total);
      throw new Rank1Error(
        'network',
        `The server does not give parts of ${name}. Download the checkpoint and convert the folder.`,
      );
    });
    if (size === null) return null;
    return { name, size, read: readAhead((start, end) => this.#fetchRange(name, start, end), WINDOW_BYTES) };
  }

  #fetchRange(name: string, start: number, end: number): Promise<Uint8Array<ArrayBuffer>> {
    return this.#requesting(name, { Range: `bytes=${start}-${end - 1}` }, async (response, guard) => {
      const bytes = response?.status === 206 ? await readBody(response, guard) : null;
      if (bytes?.length === end - start) return bytes;
      await response?.body?.cancel().catch(() => undefined);
      throw new PassingFault(`asked for ${end - start} bytes, got ${bytes?.length ?? 'none'}`);
    });
  }

  /** One request, made again while its fault may pass. `use` gets `null` for 404. */
  #requesting<T>(
    name: string,
    headers: Record<string, string>,
    use: (response: Response | null, guard: StallGuard) => Promise<T>,
  ): Promise<T> {
    return retrying(`${name} of ${this.#baseUrl}`, this.#limits, this.#signal, async () => {
      const guard = new StallGuard(this.#limits.stallMs, this.#signal);
      try {
        const url = `${this.#baseUrl}/${encodeURIComponent(name)}`;
        return await use(
          await checkStatus(name, await this.#fetch(url, { headers, signal: guard.signal })),
          guard,
        );
      } catch (error) {
        throw guard.signal.aborted && !this.#signal.aborted
          ? new PassingFault(errorMessage(guard.signal.reason))
          : error;
      } finally {
        guard.end();
      }
    });
  }
}

/** `null` for 404. @throws for every other status that is not a success */
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

async function readBody(response: Response, guard: StallGuard): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  const reader = response.body?.getReader();
  for (;;) {
    const part = await reader?.read();
    if (!part || part.done) break;
    guard.touch();
    chunks.push(part.value);
    size += part.value.length;
  }
  const bytes = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}
