/**
 * Requests a part of a file, or the whole file, and classifies the response. Servers are not trusted: every
 * header is compared with the request.
 */
import { PassingFault, retryAfterMs } from '../../base/async.ts';
import { errorMessage, isRank1Error, Rank1Error } from '../../base/errors.ts';
import { namingRefusals } from '../../base/policy-refusal.ts';
import { contentRangeOf, isOtherVersion, validatorOf } from './part-headers.ts';

export interface PartRequest {
  readonly url: string;
  readonly start: number;
  /** excluded */
  readonly end: number;
  /** size of the whole file according to the manifest */
  readonly totalBytes: number;
  /** Requests the whole file, without a range. */
  readonly whole: boolean;
  /** Validator of an earlier response; bytes of another version are refused. */
  readonly validator: string | null;
}

/** A usable response: its body starts at byte `start` of the file. */
export interface PartAnswer {
  readonly start: number;
  /** The server sends the whole file, whatever was requested. */
  readonly whole: boolean;
  readonly validator: string | null;
  readonly body: ReadableStream<Uint8Array> | null;
}

/** Why a response is unusable, so that the caller can decide what to try next. */
export class UnusableAnswer extends PassingFault {
  readonly kind: 'retry' | 'broken' | 'changed' | 'no-ranges';

  /**
   * `retry`: try again later. `broken`: try again, but no complete response arrived. `changed`: the file has
   * changed since. `no-ranges`: the server does not support range requests.
   */
  constructor(
    kind: 'retry' | 'broken' | 'changed' | 'no-ranges',
    message: string,
    retryAfterMs: number | null = null,
  ) {
    super(message, retryAfterMs);
    this.kind = kind;
  }
}

const RETRIED = new Set([408, 425, 429, 500, 502, 503, 504]);

/** @throws UnusableAnswer; Rank1Error if nothing else can be tried; the signal's reason */
export async function requestPart(
  fetch: typeof globalThis.fetch,
  request: PartRequest,
  signal: AbortSignal,
): Promise<PartAnswer> {
  const { url, whole, totalBytes } = request;
  let response: Response;
  try {
    const init = { signal, headers: whole ? {} : headers(request), cache: 'no-store' } as const;
    response = await namingRefusals(url, () => fetch(url, init));
  } catch (error) {
    signal.throwIfAborted();
    if (isRank1Error(error)) throw error;
    throw new UnusableAnswer('broken', errorMessage(error));
  }
  const usable = readAnswer(response, request);
  if (usable instanceof Error) {
    await response.body?.cancel().catch(() => undefined);
    throw usable;
  }
  const isEncoded = isContentEncoded(response);
  const length = Number(response.headers.get('content-length') ?? totalBytes);
  // A compressed response has another length, and cross-origin responses rarely expose the encoding.
  if (!isEncoded && isOwnOrigin(url) && usable.whole && length !== totalBytes) {
    await response.body?.cancel().catch(() => undefined);
    throw wrongLength(url, length, totalBytes);
  }
  return { ...usable, body: response.body };
}

function isOwnOrigin(url: string): boolean {
  return new URL(url).origin === (globalThis as { location?: { origin: string } }).location?.origin;
}

function headers({ url, start, end, validator }: PartRequest): Record<string, string> {
  const range = { Range: `bytes=${start}-${end - 1}` };
  // Cross-origin, If-Range needs a preflight, which few servers allow; there the response's own validator
  // must do.
  return isOwnOrigin(url) && validator?.startsWith('"') ? { ...range, 'If-Range': validator } : range;
}

function readAnswer(response: Response, request: PartRequest): Omit<PartAnswer, 'body'> | Error {
  const { url, start, end, totalBytes, whole } = request;
  const validator = validatorOf(response);
  const isOther = isOtherVersion(response, request.validator);
  if (response.status === 200) {
    if (response.headers.get('content-type')?.startsWith('text/html'))
      return noSuchFile(url, 'it is a web page');
    if (isOther) return new UnusableAnswer('changed', 'the file was changed on the server');
    return { start: 0, whole: true, validator };
  }
  if (response.status === 206 && !whole) {
    if (isOther) return new UnusableAnswer('changed', 'the file was changed on the server');
    if (isContentEncoded(response)) return new UnusableAnswer('no-ranges', 'it compresses parts of files');
    const range = contentRangeOf(response);
    if (range && (range.start !== start || range.end !== end)) {
      return new UnusableAnswer('no-ranges', `it sent "${range.text}" when asked for ${start}-${end - 1}`);
    }
    const total = range?.total ?? totalBytes;
    return total === totalBytes ? { start, whole: false, validator } : wrongLength(url, total, totalBytes);
  }
  return statusError(response, request);
}

function statusError(response: Response, { url }: PartRequest): Error {
  const { status } = response;
  const message = `the server answered ${status}`;
  if (RETRIED.has(status)) return new UnusableAnswer('retry', message, retryAfterMs(response.headers));
  if (status === 416)
    return new UnusableAnswer('changed', 'the file on the server is shorter than its manifest says');
  if (status === 404 || status === 410) return noSuchFile(url, message);
  return new Rank1Error(
    'network',
    `${url} cannot be fetched: ${message}. Check the model's address; the repository may be private.`,
  );
}

function noSuchFile(url: string, reason: string): Rank1Error {
  return new Rank1Error(
    'model-not-found',
    `There is no ${url}: ${reason}. Check the model's address; a model folder holds what its rank1.json lists.`,
  );
}

function isContentEncoded(response: Response): boolean {
  return (response.headers.get('content-encoding') ?? 'identity') !== 'identity';
}

function wrongLength(url: string, actual: number, expected: number): Rank1Error {
  return new Rank1Error(
    'model-corrupt',
    `${url} has ${actual} bytes, not ${expected} as the model's manifest says: it was changed or is damaged. Ask the operator of the server.`,
  );
}
