/** Messages between the page, its workers and the runner. Plain data; times in milliseconds. */
import type { ScoringProfile } from '../../src/model/scoring-profile.ts';
import type { Device, RunStats } from '../../src/protocol/rerank-api.ts';

export const CONTENDERS = [
  'ours',
  'ours-fast',
  'ours-stored',
  'ours-1',
  'ours-no-prefix',
  'ours-no-lead',
  'ours-split-qkv',
  'ours-unfused-gate',
  'ours-no-threads',
  'ours-no-jspi',
  'reranker',
  'reranker-fast',
  'transformers',
  'transformers-batch',
  'wllama',
  'wllama-batch',
] as const;
export type ContenderName = (typeof CONTENDERS)[number];

/** Rows decoded together, where a contender batches and nothing else is asked for: our service's default. */
export const DEFAULT_SLOTS = 16;

export interface LoadRequest {
  readonly contender: ContenderName;
  readonly device: Device;
  readonly dtype: string;
  /** folder with rank1/, transformersjs/ and model.gguf; absolute, ends with a slash */
  readonly modelUrl: string;
  /** folder with the runtime's files; absolute, ends with a slash */
  readonly assetsUrl: string;
  readonly numThreads: number;
  /** rows decoded together, for contenders that batch */
  readonly slots: number;
  /** tokens a row must be able to hold */
  readonly maxLength: number;
  /** how the model is asked; without a chain only the scores are wanted */
  readonly profile: ScoringProfile;
}

export interface Prompt {
  readonly text: string;
  readonly tokenIds: readonly number[];
  /** for the public API, which builds the prompt itself */
  readonly query: string;
  readonly document: string;
}

/** Of a collection with judgements: documents and their grades, 0 without one. */
export interface JudgedQuery {
  readonly query: string;
  readonly documents: readonly { readonly text: string; readonly grade: number }[];
}

export interface RunRequest {
  readonly prompts: readonly Prompt[];
  readonly maxNewTokens: number;
  /** false: every chain gets exactly maxNewTokens tokens, whatever it says */
  readonly stopAtVerdict: boolean;
}

export interface DocumentResult {
  /** null if the contender gives only text */
  readonly tokenIds: readonly number[] | null;
  readonly numNewTokens: number;
  readonly text: string;
  readonly label: 'true' | 'false' | null;
  /** of a model without chains, 0 to 1 */
  readonly score?: number;
  readonly finishedMs: number;
}

export interface RunResult {
  readonly elapsedMs: number;
  readonly documents: readonly DocumentResult[];
  /** as the contender counted them, where it tokenizes the prompts itself */
  readonly numPromptTokensCounted?: number;
  /** our engine only */
  readonly stats: Partial<RunStats> | null;
  /** our engine only: time inside session.run, bytes in and out */
  readonly sessionCalls: SessionCalls | null;
}

export interface SessionCalls {
  readonly prefill: SessionCallSum;
  readonly decode: SessionCallSum;
}

export interface SessionCallSum {
  readonly calls: number;
  readonly runMs: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
}

export interface Contender {
  load(request: LoadRequest): Promise<void>;
  run(request: RunRequest): Promise<RunResult>;
  dispose(): Promise<void>;
}

/** The ids that end a chain: `</think>` and after it ` true` or ` false`. */
export interface VerdictTokenIds {
  readonly close: number | null;
  readonly true: number;
  readonly false: number | null;
}
