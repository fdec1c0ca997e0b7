/** API between the page and the worker. Types only: nothing here exists at run time. */
import type { QueryPreset } from '../base/query-presets.ts';
import type { RunStats } from './run-stats.ts';

export type { QueryPreset, RunStats };

/** A document as callers provide it. The model reads `title` and `text`, joined by a space, and nothing else. */
export interface RerankDocument {
  /** returned with the result */
  readonly id?: string;
  /** read by the model before the text */
  readonly title?: string;
  /** may be empty */
  readonly text: string;
  /** returned with the result, and not read by the model */
  readonly metadata?: unknown;
}

/** `cpu` is native code, available only in Node; in a browser the CPU is `wasm`. */
export type CpuDevice = 'cpu' | 'wasm';
export type Device = 'webgpu' | CpuDevice;
export type DevicePreference = 'auto' | Device;

/**
 * `exact`: computes with the weights as they are stored. `fast`: multiplies in 8-bit integers, quantized row by row so
 * that a document's result never depends on its batch; CPUs only.
 */
export type Arithmetic = 'exact' | 'fast';
export type ArithmeticPreference = 'auto' | Arithmetic;
export type ArithmeticCause = 'chosen' | 'memory';

export interface LoadOptions {
  /**
   * URL of a model folder, relative to the page. `opfs:<name>` is a model in the page's own storage. The worker gets an
   * absolute URL with a slash at its end.
   */
  readonly model: string;
  /** The model's files by path (picked or dropped by the user): nothing is fetched, and `model` is only a name. */
  readonly modelFiles?: Readonly<Record<string, Blob>>;
  /**
   * Default `auto`: WebGPU if there is a hardware adapter that can run the model, else the CPU. A browser's CPU is
   * `wasm`; `cpu` is native code, in Node only.
   */
  readonly device: DevicePreference;
  /** Which `onnx/model_<dtype>.onnx` to load; default: the best one for the device. */
  readonly dtype?: string;
  /**
   * On a CPU: `exact` computes with the stored weights, `fast` in 8-bit integers. Default `auto`: `fast` on WASM if the
   * model was measured to rank as well with it, else `exact`.
   */
  readonly arithmetic?: ArithmeticPreference;
  /** Same-origin URL of the package's worker as the page serves it, for bundlers that emit no workers. */
  readonly workerUrl?: string;
  /** Same-origin URL of a folder with the runtime's files (`ort-wasm-*`), if the worker cannot find them itself. */
  readonly assetsUrl?: string;
  /**
   * CPU threads of the runtime. Default: one per core. WASM takes four at most, and in a browser more than one only on a
   * cross-origin isolated page.
   */
  readonly numThreads?: number;
  /**
   * `false` skips the steps that compile the kernels before the first run, which then compiles them itself. Default
   * true on a GPU. A failed warm-up fails the load with its error.
   */
  readonly warmUp?: boolean;
}

export interface LoadProgress {
  /**
   * What began last. `runtime`: the runtime's code is here and its threads are starting, beside the download; that takes
   * a moment or hangs.
   */
  readonly stage: 'download' | 'runtime' | 'session' | 'warm-up';
  /** of the download, in every stage up to `session` */
  readonly loadedBytes: number;
  /** 0 while unknown */
  readonly totalBytes: number;
}

/**
 * Why a device was chosen. `asked`: the caller requested the CPU. `version`: the GPU cannot run this version.
 * `no-threads`: the runtime's threads did not start, so that the CPU runs on one.
 */
export type DeviceCause =
  | { readonly code: 'asked' | 'no-adapter' | 'software-adapter' | 'version' | 'gpu-failed' | 'no-threads' }
  | { readonly code: 'adapter'; /** empty if the browser does not report it */ readonly name: string }
  | { readonly code: 'server'; readonly host: string; readonly model: string };

export interface LoadedModel {
  /** `remote`: a server, to which query and documents are sent. */
  readonly device: Device | 'remote';
  /** One English sentence for users: why this device was chosen. */
  readonly deviceReason: string;
  /** The same for programs and for translation. */
  readonly deviceCause: DeviceCause;
  /** the weights that were loaded; `remote` on a server */
  readonly dtype: string;
  /** undefined on a server */
  readonly arithmetic?: Arithmetic;
  /** `memory`: a faster form of the weights does not fit into the device's memory. */
  readonly arithmeticCause?: ArithmeticCause;
  /** The same in English sentences for users. */
  readonly arithmeticReason?: string;
  /** context in tokens, prompt and chain together */
  readonly maxPositions: number;
  /** false for a model without chains, which scores without reasoning whatever is asked */
  readonly canReason: boolean;
}

/** Which documents the model reasons about before it answers. */
export type Reasons = 'all' | 'top' | 'none';

export type LongDocuments = 'truncate' | 'passages';

export interface RerankOptions {
  /**
   * `all` (the default, as in the reference): the model thinks, then answers. `none`: a short sentence saying that it
   * has thought enough stands in for its thinking, so that one step gives the score. `top`: all documents are scored
   * that way, then the `top` best are judged again with reasoning. These stay above the others, and each group is in
   * the order of its own scores. A model without chains scores every document, whatever is asked.
   */
  readonly reasons?: Reasons;
  /** Number of documents to reason about with `reasons: 'top'`. Default 5. */
  readonly top?: number;
  /** Older spelling: `reason` is `reasons: 'all'`, `instant` is `reasons: 'none'`. */
  readonly mode?: 'reason' | 'instant';
  /** How many times a chain that has answered is continued with "Wait"; its last verdict counts. Default 0. */
  readonly rethink?: number;
  /**
   * Number of chains sampled per document instead of one greedy chain, at most 256. The document's score is their mean;
   * the chain shown is the one nearest to the mean. Default: one greedy chain.
   */
  readonly samples?: number;
  /** Sampling temperature. Default 0.6; 1 is the model's own distribution, 0 is greedy. */
  readonly temperature?: number;
  /** Sampling seed, an integer: the same seed gives a document the same chains, whatever runs beside it. Default 0. */
  readonly seed?: number;
  /** Ends a chain stuck in a repetition loop by asking for its verdict (`loop`). Default off, as in the reference. */
  readonly loopGuard?: boolean;
  /** A text that takes the query's place in the prompt; FILL_QUERY_HERE in it stands for the query. */
  readonly queryTemplate?: string;
  /** Name of a built-in template; mutually exclusive with `queryTemplate`. */
  readonly preset?: QueryPreset;
  /**
   * What else a relevant document must satisfy. Appended to the query, as in the reference, unless the model has a
   * place for it.
   */
  readonly instruction?: string;
  /**
   * Token limit of a chain, rethinking included, before its verdict is forced; at most half the model's context.
   * Default: the model folder's value, else 1,024; on a server 8,192, as in the reference. The run's stats report the
   * value in effect.
   */
  readonly maxNewTokens?: number;
  /**
   * What happens to a document that does not fit: `truncate` (the default) cuts and flags it; `passages`, not available
   * on a server, splits it at sentence boundaries, with overlap, and takes the best passage's verdict.
   */
  readonly longDocuments?: LongDocuments;
  /** Upper bound on the chains decoded together. Default 16; on a server its `maxInFlight`. */
  readonly maxSlots?: number;
}

/** Options of documents that are all judged the same way. */
export interface RunOptions extends Omit<RerankOptions, 'reasons' | 'top' | 'mode'> {
  readonly reasons?: Exclude<Reasons, 'top'>;
}

export interface RerankRequest {
  readonly query: string;
  readonly documents: readonly Pick<RerankDocument, 'title' | 'text'>[];
  readonly options: RunOptions;
}

/** The model's decision on one document. */
export interface Verdict {
  /** whether the model calls the document relevant */
  readonly label: 'true' | 'false';
  /**
   * Probability that the document is relevant, 0 to 1: the softmax over the logits of ` true` and ` false`, or what the
   * model's scoring profile makes of its answers' logits.
   */
  readonly score: number;
  /** raw logit of ` true`, or the profile's answer, minus that of ` false`; sort by this, as the score saturates */
  readonly logitDifference: number;
  /**
   * Set if `score` and `logitDifference` are only a minimum or a maximum: a server returns only the most likely tokens,
   * and the other answer was not among them.
   */
  readonly bound?: 'at-least' | 'at-most';
  /** Whether the chain had to be asked for its answer; false without a chain. */
  readonly forced: boolean;
  /** Set if the score was given without reasoning. */
  readonly instant?: true;
}

export type FinishReason =
  /** The chain answered by itself, or the score was given without a chain. */
  | 'verdict'
  /** The chain reached its token limit or ended without an answer, and was then asked for its verdict. */
  | 'length'
  /** The chain was repeating itself, and was then asked for its verdict; only with `loopGuard`. */
  | 'loop'
  /** No verdict: the prompt does not fit the context. Shorten the query. */
  | 'prompt-too-long'
  /** No verdict: the model's logits overflowed on this document twice, or a server returned none for either answer. */
  | 'failed'
  /** No verdict: the run ended first. */
  | 'aborted';

/** The passage of a long document that was judged best. */
export interface JudgedPassage {
  /** in UTF-16 units of the document's text; `end` is exclusive */
  readonly start: number;
  readonly end: number;
  /** passages the document was split into */
  readonly numPassages: number;
}

/** One of several chains whose mean is a document's score. */
export interface SampledChain {
  readonly verdict: Verdict;
  readonly finishReason: Extract<FinishReason, 'verdict' | 'length' | 'loop'>;
  /** without the markers */
  readonly reasoning: string;
}

/** The result of one document: the same from the worker's last update to a stored judgement and an export. */
export interface Outcome {
  /** how the chain ended, or why there is no verdict */
  readonly finishReason: FinishReason;
  /** null if `finishReason` is `prompt-too-long`, `failed` or `aborted` */
  readonly verdict: Verdict | null;
  /** the whole chain without the markers */
  readonly reasoning: string;
  /** the document was cut to fit the model */
  readonly truncated: boolean;
  /** only if the document was split: the passage that decided */
  readonly passage?: JudgedPassage;
  /** only if several chains were sampled: `verdict` is their mean, `reasoning` the chain nearest to it */
  readonly samples?: readonly SampledChain[];
  /** only if `prompt-too-long`, and known: the model's context in tokens, prompt and chain together */
  readonly maxTokens?: number;
  /** of all passages, once per prompt however many samples; of the refused prompt if `prompt-too-long`, 0 if unknown */
  readonly numPromptTokens: number;
  /** of all passages and samples */
  readonly numNewTokens: number;
}

/** One event for one document; `index` is its place in the request. */
export type RerankUpdate =
  /**
   * The first step with the document begins. One interrupted by a failure is started again, with a new chain; so are the
   * best of `reasons: 'top'`, which have a score by then.
   */
  | {
      readonly type: 'started';
      readonly index: number;
      readonly numPromptTokens: number;
      readonly truncated: boolean;
    }
  /** The chain goes on by `delta`. A document with several passages or samples streams none. */
  | { readonly type: 'reasoning'; readonly index: number; readonly delta: string }
  /**
   * The document has its verdict, or the reason for having none. With several passages, `reasoning` is the chain of the
   * best; with several samples, the chain nearest to the mean. The best of `reasons: 'top'` finish twice: with their
   * score, then with their chain, or with the score again if the chain got no verdict.
   */
  | FinishedUpdate;

export type FinishedUpdate = Outcome & { readonly type: 'finished'; readonly index: number };

export interface RunSummary {
  readonly numDocuments: number;
  readonly numFinished: number;
  readonly aborted: boolean;
  readonly stats: RunStats;
}

export type UpdateListener = (updates: RerankUpdate[], stats: RunStats) => void;
