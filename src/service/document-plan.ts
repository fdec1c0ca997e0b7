/**
 * Plans a run: prompts encoded, each document or its passages in the room there is, and the KV
 * capacity that all of it needs.
 */
import { sharedPrefix } from '../engine/shared-prefix.ts';
import type { ModelSpec } from '../model/model-spec.ts';
import { MAX_CHARACTERS_PER_TOKEN } from '../passages/leading-text.ts';
import type { RerankRequest } from '../protocol/rerank-api.ts';
import { documentText, encodeInstantPrompt, encodePrompt, RETHINK_CUE } from '../rank1/prompt.ts';
import { promptQuery, promptQueryLength } from '../rank1/query-template.ts';
import type { Tokenizer } from '../tokenizer/tokenizer.ts';
import { fitPassages, fitText, type FittedText, type PromptBudget } from './fit-document.ts';

/** What a chain may use when neither caller nor model says otherwise; the reference allows 8,192. */
const DEFAULT_MAX_NEW_TOKENS = 1024;
/** Re-encoding a chain for a forced verdict, with its markers, may take a few tokens more. */
const FORCED_PROMPT_MARGIN = 16;
/** KV capacity comes in steps, so that runs of like length share shapes. */
const LENGTH_STEP = 64;

/** A document, or one passage of it. */
export interface PlannedDocument extends FittedText {
  readonly index: number;
}

export interface RunPlan {
  /** instruction and template included */
  readonly query: string;
  /** in order; the passages of a document share its index */
  readonly documents: readonly PlannedDocument[];
  /** documents that cannot be judged because the query alone leaves no room; 0 tokens where it was too long to be read */
  readonly tooLong: readonly { readonly index: number; readonly numPromptTokens: number }[];
  readonly maxNewTokens: number;
  /** tokens a row must be able to hold */
  readonly maxLength: number;
  /** What every prompt of this query begins with, whatever the documents are. */
  readonly prefixTokenIds: Int32Array;
}

export function planDocuments(
  tokenizer: Tokenizer,
  spec: Pick<ModelSpec, 'maxPositions'>,
  request: RerankRequest,
  modelMaxNewTokens: number | undefined,
): RunPlan {
  const { options } = request;
  const isInstant = options.mode === 'instant';
  const encode = isInstant ? encodeInstantPrompt : encodePrompt;
  const wanted = isInstant ? 1 : (options.maxNewTokens ?? modelMaxNewTokens ?? DEFAULT_MAX_NEW_TOKENS);
  // Half the context at most goes to the chain, or a long cap would leave no room for documents.
  const maxNewTokens = Math.max(1, Math.min(wanted, Math.floor(spec.maxPositions / 2)));
  const numCueTokens = (options.rethink ?? 0) * tokenizer.encode(RETHINK_CUE).length;
  const numReserved = maxNewTokens + numCueTokens + FORCED_PROMPT_MARGIN;
  const maxPromptTokens = spec.maxPositions - numReserved;
  // Far too long a query is not even read: it would take its time and memory for nothing.
  const isReadable = promptQueryLength(request) <= maxPromptTokens * MAX_CHARACTERS_PER_TOKEN;
  const query = isReadable ? promptQuery(request) : '';
  const documents: PlannedDocument[] = [];
  const tooLong: { index: number; numPromptTokens: number }[] = [];
  const head = encode(tokenizer, query, '');
  const headTokens = isReadable ? head.length : Infinity;
  const budget: PromptBudget = { tokenizer, query, encode, maxPromptTokens };
  const fit = (document: RerankRequest['documents'][number]): readonly (FittedText | null)[] => {
    if (headTokens + FORCED_PROMPT_MARGIN > maxPromptTokens) return [];
    if (options.longDocuments === 'passages') return fitPassages(budget, document);
    return [fitText(budget, documentText(document))];
  };
  request.documents.forEach((document, index) => {
    const fitted = fit(document).filter((text) => text !== null);
    documents.push(...fitted.map((text) => ({ index, ...text })));
    if (fitted.length === 0) tooLong.push({ index, numPromptTokens: isReadable ? headTokens : 0 });
  });
  const longest = documents.reduce((most, { promptTokenIds }) => Math.max(most, promptTokenIds.length), 1);
  const needed = longest + numReserved;
  const maxLength = Math.min(spec.maxPositions, Math.ceil(needed / LENGTH_STEP) * LENGTH_STEP);
  // The prompt without a document takes part, so that the next documents of this query find the same prefix.
  const prefixTokenIds = sharedPrefix([head, ...documents.map((document) => document.promptTokenIds)]);
  return { query, documents, tooLong, maxNewTokens, maxLength, prefixTokenIds };
}
