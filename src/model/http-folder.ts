/** A model folder on a server. */
import { IdleTimer, untilAborted } from '../base/async.ts';
import { errorMessage, isRank1Error, Rank1Error } from '../base/errors.ts';
import { timed } from '../base/load-timing.ts';
import { namingRefusals } from '../base/policy-refusal.ts';
import { readBody, readChunks } from '../base/read-body.ts';
import { findKept } from './kept-file.ts';
import { MANIFEST_FILE, type ManifestFile } from './manifest.ts';
import {
  assertLength,
  assertListed,
  MAX_TEXT_BYTES,
  tooLong,
  type Listing,
  type ModelFolder,
  type WeightFile,
} from './model-folder.ts';

/** Idle timeout of a request. */
const STALL_MS = 30_000;

export interface HttpFolderOptions {
  readonly fetch?: typeof globalThis.fetch;
  /** Of every request; left out, the browser's cache is asked where the server cannot be. */
  readonly cache?: RequestCache;
  /** A copy of a weight file that need not be fetched. */
  readonly findKept?: typeof findKept;
  readonly stallMs?: number;
  /** Limit for a text file. */
  readonly maxTextBytes?: number;
  /** Aborts any read, with its reason. */
  readonly signal?: AbortSignal;
}

export class HttpFolder implements ModelFolder {
  readonly address: string;

  readonly #options: HttpFolderOptions;
  /** as it was read last */
  #manifest: string | null = null;

  /** @param url absolute */
  constructor(url: string, options: HttpFolderOptions = {}) {
    this.#options = options;

    this.address = url.endsWith('/') ? url : `${url}/`;
  }

  /** @throws Rank1Error `model-corrupt` for a file that is too long, too */
  async readText(path: string, listed?: Listing): Promise<string> {
    const { maxTextBytes = MAX_TEXT_BYTES } = this.#options;
    const bytes = await this.#read(path, (body, idle) =>
      readBody(body, maxTextBytes, { signal: idle.signal, onChunk: () => idle.touch() }),
    );
    if (!bytes) throw tooLong(path, maxTextBytes);
    const text = new TextDecoder().decode(bytes);
    // Usually from a server that answers every path with its index page.
    if (!text.trimStart().startsWith('<')) {
      await assertListed(path, bytes, listed);
      if (path === MANIFEST_FILE) this.#manifest = text;
      return text;
    }
    throw new Rank1Error(
      'model-not-found',
      `There is no ${path} at ${this.address}: the server answered with a web page. Check the model's address.`,
    );
  }

  async readWeights(
    path: string,
    file: ManifestFile,
    onBytes: (bytes: number) => void,
  ): Promise<WeightFile> {
    const { bytes, forget } = await timed(
      'download',
      async () =>
        (await this.#readKept(path, file, onBytes)) ?? {
          bytes: await this.#download(path, file, onBytes),
          forget: () => Promise.resolve(),
        },
    );
    const verified = timed('hash', () => assertListed(path, bytes, file)).catch(
      async (error: unknown) => {
        await forget().catch(() => undefined);
        throw error;
      },
    );
    verified.catch(() => undefined); // reported to whoever uses the weights
    return { data: bytes, verified };
  }

  /** @returns null if there is none, if it cannot be read, or if nothing comes */
  async #readKept(path: string, { bytes: length }: ManifestFile, onBytes: (bytes: number) => void) {
    const { findKept: find = findKept, stallMs = STALL_MS, signal } = this.#options;
    if (this.#manifest === null) return null;
    const idle = new IdleTimer(stallMs, () => new Error('nothing came'), signal);
    try {
      const kept = await untilAborted(find(this.address, path, this.#manifest), idle.signal);
      if (kept?.blob.size !== length) return null;
      const bytes = new Uint8Array(await untilAborted(kept.blob.arrayBuffer(), idle.signal));
      onBytes(length);
      return { bytes, forget: kept.forget };
    } catch {
      signal?.throwIfAborted();
      return null;
    } finally {
      idle.stop();
    }
  }

  async #download(
    path: string,
    { bytes: length }: ManifestFile,
    onBytes: (bytes: number) => void,
  ): Promise<Uint8Array<ArrayBuffer>> {
    const bytes = allocate(path, length);
    let received = 0;
    await this.#read(path, async (body, idle) => {
      for await (const chunk of readChunks(body, idle.signal)) {
        idle.touch();
        if (received + chunk.length <= length) bytes.set(chunk, received);
        received += chunk.length;
        if (received > length) return;
        onBytes(chunk.length);
      }
    });
    assertLength(path, received, length);
    return bytes;
  }

  async #read<T>(path: string, use: (body: Response['body'], idle: IdleTimer) => Promise<T>): Promise<T> {
    const { stallMs = STALL_MS, signal } = this.#options;
    const idle = new IdleTimer(stallMs, () => new Error('nothing came any more'), signal);
    try {
      return await use((await this.#fetchFile(path, idle.signal)).body, idle);
    } catch (error) {
      signal?.throwIfAborted();
      throw error instanceof Rank1Error ? error : brokenOff(path, error);
    } finally {
      idle.stop();
    }
  }

  async #fetchFile(path: string, signal: AbortSignal): Promise<Response> {
    const url = new URL(path, this.address);
    const { fetch = globalThis.fetch, cache: only } = this.#options;
    const request = (cache: RequestCache) => namingRefusals(url, () => fetch(url, { signal, cache }));
    let response: Response;
    try {
      // Copies in the browser's cache may be of other versions than the files that it does not hold.
      response = await request(only ?? 'no-cache').catch((error: unknown) => {
        if (only || signal.aborted || isRank1Error(error)) throw error;
        return request('default');
      });
    } catch (error) {
      if (isRank1Error(error)) throw error;
      throw new Rank1Error(
        'network',
        `${url.href} could not be fetched (${errorMessage(error)}). Check the connection and the model's address.`,
        { cause: error },
      );
    }
    if (response.ok) return response;
    await response.body?.cancel().catch(() => undefined);
    throw new Rank1Error(
      response.status === 404 ? 'model-not-found' : 'network',
      `${url.href} answered ${response.status}. Check the model's address${response.status === 404 ? '; a model folder holds rank1.json, made by `rank1-rerank convert`' : ' and try again later'}.`,
    );
  }
}

function allocate(path: string, numBytes: number): Uint8Array<ArrayBuffer> {
  try {
    return new Uint8Array(numBytes);
  } catch (error) {
    throw new Rank1Error(
      'out-of-memory',
      `There is no memory for the ${numBytes} bytes of ${path}. Close other tabs and programs, or take a smaller model or dtype.`,
      { cause: error },
    );
  }
}

function brokenOff(path: string, error: unknown): Rank1Error {
  return new Rank1Error('network', `The download of ${path} broke off (${errorMessage(error)}). Try again.`, {
    cause: error,
  });
}
