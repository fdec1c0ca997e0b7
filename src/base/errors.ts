/**
 * The one error class for faults of the environment: a missing file, a lost device, an unknown architecture. Caller's
 * faults are TypeError or RangeError; our own are `assert` failures.
 *
 * Classes do not survive a worker boundary, so code checks errors with `isRank1Error`, never `instanceof`.
 */
export type Rank1ErrorCode =
  /** There is no model, file or dtype of that name. Check `model` and `dtype`, or `endpoint` and `remoteModel`. */
  | 'model-not-found'
  /** The model's files are damaged, cut short or not of one model. Download or convert the model again. */
  | 'model-corrupt'
  /** The model is of a kind that cannot be run or converted, or a server gives no scores. Use another one. */
  | 'model-unsupported'
  /** This model, server or environment cannot honour an option. Leave it out; in Node, give `endpoint`, not `model`. */
  | 'option-unsupported'
  /** The model's tokenizer cannot be read. Use a model with the tokenizer files of Qwen2, Llama 3 or Mistral. */
  | 'tokenizer-unsupported'
  /** A server could not be reached, or its response could not be used. Check connection and address, and call again. */
  | 'network'
  /** A server, a Content-Security-Policy or the browser refused. The message names what to change. */
  | 'access-denied'
  /** No device can run the model, or the requested one is missing. Use device `auto`, another dtype or a smaller model. */
  | 'device-unavailable'
  /** The GPU failed during a run. Close other pages and programs that use it, or use device `wasm`. */
  | 'device-lost'
  /** Memory ran out. Close other tabs and programs, lower `maxSlots`, or use a smaller model or dtype. */
  | 'out-of-memory'
  /** The runtime failed, or returned unusable logits. Use another device or dtype. */
  | 'run-failed'
  /** The browser's storage or the disk is full, blocked or failing. Free space, or leave private browsing. */
  | 'storage'
  /** A file from the user is malformed or unreadable. The message names the file. */
  | 'invalid-file'
  /** The worker died, hung or was closed by `dispose`. Call again; if it fails again, use a smaller model. */
  | 'worker-failed'
  /** A `Backend` was used before its `load`. A `Reranker` loads by itself. */
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
