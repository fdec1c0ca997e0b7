/**
 * What to request after a server rejected a prompt as too long: first fewer new tokens, then a shorter document, cut by
 * the server's own token counts if it offers them, else by a fixed share of its characters. Loaded when needed.
 */
import { cutText } from '../passages/cut-text.ts';
import type { RunOptions } from '../protocol/rerank-api.ts';
import { longestFitting, type CountTokens } from './longest-fitting.ts';
import type { RemoteModel } from './remote-model.ts';

export interface FitSettings {
  readonly model: RemoteModel;
  readonly options: RunOptions;
  /** the whole prompt with that document in it */
  readonly promptOf: (document: string) => string;
  /** null if the server cannot count tokens */
  readonly countTokens: CountTokens | null;
}

/** What the chains of a document request. */
export interface Demand {
  /** of the document */
  readonly text: string;
  /** of a chain, continuations included */
  readonly maxNewTokens: number;
  /** whether the text was already cut by the server's token counts; if rejected again, it is cut by characters */
  readonly isCounted: boolean;
}

/** Token counts found in a rejection; null if not stated. */
export interface RefusedLengths {
  readonly context: number | null;
  readonly prompt: number | null;
}

/** Wordings of vLLM, SGLang and OpenAI, llama.cpp, and TGI. */
const CONTEXT_LENGTHS = [
  /context (?:length|size|window)\D{0,24}(\d+)/i,
  /(?:max_model_len|n_ctx)\D{0,8}(\d+)/i,
  /max_new_tokens.{0,20}must be\D{0,8}(\d+)/i,
];
const PROMPT_LENGTHS = [
  /(\d+) (?:in (?:the|your) (?:messages|prompt)|input tokens|`inputs` tokens|tokens from the input)/i,
  /(?:request|input|prompt) \((\d+) tokens/i,
];

/** A document cut below this is not judged. */
const MIN_CHARACTERS = 64;
const KEPT_SHARE = 0.75;
/** Chains are not shortened below this to avoid cutting the document. */
const MIN_NEW_TOKENS = 256;

/** @param said the server's message */
export function refusedLengths(said: string): RefusedLengths {
  return { context: firstNumber(said, CONTEXT_LENGTHS), prompt: firstNumber(said, PROMPT_LENGTHS) };
}

/** @returns null if too little of the document would be left */
export async function askForLess(refused: Demand, settings: FitSettings): Promise<Demand | null> {
  const { model, options } = settings;
  const most = model.maxNewTokens(options);
  const halved = Math.max(MIN_NEW_TOKENS, Math.floor(refused.maxNewTokens / 2));
  const maxNewTokens = model.isLengthKnown ? most : Math.min(most, halved);
  if (maxNewTokens < refused.maxNewTokens) return { ...refused, maxNewTokens };
  const countTokens = model.isLengthKnown && !refused.isCounted ? settings.countTokens : null;
  const fitting =
    countTokens &&
    (await longestFitting(refused.text, model.maxLength - refused.maxNewTokens, (text) =>
      countTokens(settings.promptOf(text)),
    ));
  const text = fitting ?? cutText(refused.text, Math.floor(refused.text.length * KEPT_SHARE));
  if (text.length < MIN_CHARACTERS) return null;
  return { ...refused, text, isCounted: refused.isCounted || countTokens !== null };
}

function firstNumber(text: string, patterns: readonly RegExp[]): number | null {
  const digits = patterns.map((pattern) => pattern.exec(text)?.[1]).find((found) => found !== undefined);
  return digits === undefined ? null : Number(digits);
}
