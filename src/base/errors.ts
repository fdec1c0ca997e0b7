/**
 * The one error class for faults of the environment: a missing file, a lost device, an unknown architecture. Caller's
 * faults are TypeError or RangeError; our own are `assert` failures.
 *
 * Classes do not survive a worker boundary, so code checks errors with `isRank1Error`, never `instanceof`.
 */
export type Rank1ErrorCode =
  /** no model, file or dtype of that name */
  | 'model-not-found'
  /** damaged, truncated or inconsistent model files */
  | 'model-corrupt'
  /** valid, but of a kind that cannot be run or converted */
  | 'model-unsupported'
  /** an option that this model or backend cannot honour */
  | 'option-unsupported'
  | 'tokenizer-unsupported'
  /** a server was unreachable, or its responses unusable */
  | 'network'
  /** refused by a server, a Content-Security-Policy or the browser */
  | 'access-denied'
  /** no device can run the model, or the requested one is missing */
  | 'device-unavailable'
  /** the GPU failed during a run */
  | 'device-lost'
  | 'out-of-memory'
  /** the runtime failed, or returned unusable logits */
  | 'run-failed'
  /** the browser's storage or the disk is full, blocked or failing */
  | 'storage'
  /** a file from the user is malformed or unreadable */
  | 'invalid-file'
  /** the worker died, hung or was closed */
  | 'worker-failed'
  /** the backend was used before `load` */
  | 'not-loaded';

/**
 * @example
 * try {
 *   await reranker.rerank({ query, documents });
 * } catch (error) {
 *   if (isRank1Error(error, 'network')) showRetryButton(error.message);
 *   else throw error;
 * }
 */
export class Rank1Error extends Error {
  override readonly name = 'Rank1Error';

  readonly code: Rank1ErrorCode;

  /** @param message one or two sentences: what happened and what the reader can do about it */
  constructor(code: Rank1ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** True when `error` is a Rank1Error (of `code`, if given), even after it crossed a worker boundary. */
export function isRank1Error(error: unknown, code?: Rank1ErrorCode): error is Rank1Error {
  return (
    error instanceof Error &&
    error.name === 'Rank1Error' &&
    'code' in error &&
    (code === undefined || error.code === code)
  );
}

/** The message of any thrown value, which may be a string, a number or an object. Never throws. */
export function errorMessage(error: unknown): string {
  if (typeof error !== 'object' || error === null) return String(error);
  return 'message' in error && typeof error.message === 'string' ? error.message : 'unknown error';
}
