/** The boundary between the page and the worker, on one page. Types only: nothing here exists at run time. */
import type { QueryPreset } from '../base/query-presets.ts';

export type { QueryPreset };

/** A document as callers give it. `id` and `metadata` never reach the model. */
export interface RerankDocument {
  readonly id?: string;
  readonly title?: string;
  readonly text: string;
  readonly metadata?: unknown;
}

/** `cpu` is native code, which only Node has; in a browser the CPU is `wasm`. */
export type CpuDevice = 'cpu' | 'wasm';
export type Device = 'webgpu' | CpuDevice;
export type DevicePreference = 'auto' | Device;

export interface LoadOptions {
  /**
   * URL of a model folder; it ends with a slash, and must be absolute when it reaches the worker. `opfs:<name>` is the
   * model of that name in the page's own storage.
   */
  readonly model: string;
  /** The model's files by path, where they are at hand (picked, dropped): nothing is fetched, and `model` is their name. */
  readonly modelFiles?: Readonly<Record<string, Blob>>;
  readonly device: DevicePreference;
  /** Which `onnx/model_<dtype>.onnx` to load; what suits the device best when left out. */
  readonly dtype?: string;
  /** URL of the package's worker as the page serves it, for bundlers that emit no workers; same origin. */
  readonly workerUrl?: string;
  /** URL of a folder with the runtime's files (`ort-wasm-*`), where the worker cannot find them by itself; same origin. */
  readonly assetsUrl?: string;
  /**
   * `false` leaves out the steps that compile the kernels before the first run, which then does it; left out: true, but on
   * a software adapter. A warm-up that fails fails the load, with its error.
   */
  readonly warmUp?: boolean;
}

export interface LoadProgress {
  readonly stage: 'download' | 'session' | 'warm-up';
  readonly loadedBytes: number;
  /** 0 while unknown */
  readonly totalBytes: number;
}

/**
 * Why a device was taken. `asked`: the caller named the CPU. `version`: the GPU cannot run this version of the model.
 */
export type DeviceCause =
  | { readonly code: 'asked' | 'no-adapter' | 'software-adapter' | 'version' | 'gpu-failed' }
  | { readonly code: 'adapter'; /** empty where the browser does not tell */ readonly name: string }
  | { readonly code: 'server'; readonly host: string; readonly model: string };

export interface LoadedModel {
  /** `remote`: another machine, to which the query and the documents are sent. */
  readonly device: Device | 'remote';
  /** One sentence for people, in English: why this device was taken. */
  readonly deviceReason: string;
  /** The same for programs, and for other languages. */
  readonly deviceCause: DeviceCause;
  readonly dtype: string;
  readonly maxPositions: number;
}

/**
 * `reason`: the model thinks, then answers. `instant`: its thinking is put into its mouth, a short sentence that it has
 * thought enough, so that one step gives the answer.
 */
export type RerankMode = 'reason' | 'instant';

export type LongDocuments = 'truncate' | 'passages';

export interface RerankOptions {
  /** `reason` when left out, as the reference does. */
  readonly mode?: RerankMode;
  /** How often a chain that has answered is told to wait and think on; its last verdict counts. 0 when left out. */
  readonly rethink?: number;
  /**
   * Chains that are sampled for each document instead of the greedy one; the document's score is the mean of theirs. The
   * chain that is shown is the one nearest to the mean. Greedy, one chain, when left out.
   */
  readonly samples?: number;
  /** Of the samples: 0.6 when left out; 1 is the model's own distribution, 0 is greedy. */
  readonly temperature?: number;
  /** Of the samples, an integer: the same seed gives a document the same chains, whatever runs beside it. 0 when left out. */
  readonly seed?: number;
  /** Ends a chain that repeats itself without end by asking for its verdict (`loop`). Off unless true, as the reference has none. */
  readonly loopGuard?: boolean;
  /** Holds FILL_QUERY_HERE, and takes the query's place in the prompt. */
  readonly queryTemplate?: string;
  /** A template of the library; not together with `queryTemplate`. */
  readonly preset?: QueryPreset;
  /** Appended to the query, as the reference does. */
  readonly instruction?: string;
  /**
   * Tokens a chain may have, rethinking included, before its verdict is forced; at most half the model's context. When left
   * out: what the model folder says, else 1,024, and 8,192, as the reference has it, on a remote engine. The run's
   * statistics tell what it came to.
   */
  readonly maxNewTokens?: number;
  /**
   * What becomes of a document that does not fit: `truncate` (the default) cuts and flags it; `passages` splits it at
   * sentence bounds, with overlap, and its best passage stands for it.
   */
  readonly longDocuments?: LongDocuments;
  /** Rows decoded together. */
  readonly maxSlots?: number;
}

export interface RerankRequest {
  readonly query: string;
  readonly documents: readonly Pick<RerankDocument, 'title' | 'text'>[];
  readonly options: RerankOptions;
}

/** What the model decided about one document. */
export interface Verdict {
  readonly label: 'true' | 'false';
  /** softmax over the two answer logits: probability of ` true`, 0 to 1 */
  readonly score: number;
  /** raw logit of ` true` minus raw logit of ` false`; sort by this, the score saturates */
  readonly logitDifference: number;
  /**
   * Set where the score could not be read exactly: a remote engine returns the likeliest tokens only, and the other answer
   * was not among them. `score` and `logitDifference` are then what it is at least, or at most.
   */
  readonly bound?: 'at-least' | 'at-most';
  /** true when the chain did not end by itself and the answer was asked for; false in mode `instant`, which has no chain */
  readonly forced: boolean;
}

/**
 * `length`: the chain reached its limit, or ended without an answer; `loop`: it was repeating itself. Both are asked for a
 * verdict. `failed`: the model's numbers overflowed on this document, twice, or a server gave none for either answer; there
 * is no verdict.
 */
export type FinishReason = 'verdict' | 'length' | 'loop' | 'prompt-too-long' | 'failed' | 'aborted';

/** Which part of a long document was judged best. */
export interface JudgedPassage {
  /** UTF-16 units of the document's text, end exclusive */
  readonly start: number;
  readonly end: number;
  /** passages the document was split into */
  readonly numPassages: number;
}

/** One of several chains that a document's score is the mean of. */
export interface SampledChain {
  readonly verdict: Verdict;
  readonly finishReason: Extract<FinishReason, 'verdict' | 'length' | 'loop'>;
  /** trimmed of the markers */
  readonly reasoning: string;
}

/** What one document came to: the same from the worker's last word on it to a stored judgement and an export. */
export interface Outcome {
  readonly finishReason: FinishReason;
  /** null only when the model was never asked (aborted, prompt too long) or gave no numbers (failed) */
  readonly verdict: Verdict | null;
  /** the whole chain, trimmed of the markers */
  readonly reasoning: string;
  /** the document was cut to fit the model */
  readonly truncated: boolean;
  /** only where the document was split: the passage that decided */
  readonly passage?: JudgedPassage;
  /** only where several chains were sampled: `verdict` is their mean, `reasoning` the chain nearest to it */
  readonly samples?: readonly SampledChain[];
  /** of all passages; a prompt with several samples counts once */
  readonly numPromptTokens: number;
  /** of all passages and samples */
  readonly numNewTokens: number;
}

/**
 * One thing that happened to one document; `index` is its place in the request. A document that a failure interrupted is
 * started once more, and its reasoning begins anew. A document in several passages, or with several samples, streams no
 * reasoning: when the last of them is judged, it finishes with the chain of the best or the nearest. Its tokens are those of
 * all its passages and samples, as that is what it cost.
 */
export type RerankUpdate =
  | {
      readonly type: 'started';
      readonly index: number;
      readonly numPromptTokens: number;
      readonly truncated: boolean;
    }
  | { readonly type: 'reasoning'; readonly index: number; readonly delta: string }
  | FinishedUpdate;

export type FinishedUpdate = Outcome & { readonly type: 'finished'; readonly index: number };

/** Figures of a run so far; times in milliseconds. */
export interface RunStats {
  /** tokens a chain may have: what was asked for, or the default, or what the context has room for; 0 before it is known */
  readonly maxNewTokens: number;
  /** prompt tokens that had to be run */
  readonly numPrefillTokens: number;
  /** prefill tokens including padding */
  readonly numPaddedPrefillTokens: number;
  /** prompt tokens spared, because all prompts begin alike and that was run once */
  readonly numPrefixTokensSaved: number;
  readonly numDecodeTokens: number;
  readonly numPrefillSteps: number;
  readonly numDecodeSteps: number;
  readonly prefillMs: number;
  readonly decodeMs: number;
  /** our own share of the steps: all but the runtime's own call */
  readonly overheadMs: number;
  /** that came back from the device: token ids and the logits of the answers */
  readonly readBackBytes: number;
  /** of keys and values held, on the GPU where there is one; and the most there were */
  readonly cacheBytes: number;
  readonly peakCacheBytes: number;
  readonly rowsActive: number;
  /** since the run began, without the time it was paused */
  readonly elapsedMs: number;
}

export interface RunSummary {
  readonly numDocuments: number;
  readonly numFinished: number;
  readonly aborted: boolean;
  readonly stats: RunStats;
}

export type UpdateListener = (updates: RerankUpdate[], stats: RunStats) => void;
