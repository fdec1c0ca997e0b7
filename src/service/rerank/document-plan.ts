/**
 * Plans a run document by document: encodes prompts, fits each document or its passages into the available tokens, and
 * computes the KV capacity they need. Encoding is slow, so it is done lazily as the run proceeds.
 */
import { sharedPrefix } from '../../engine/shared-prefix.ts';
import type { ScoringProfile } from '../../model/scoring-profile.ts';
import type { ModelSpec } from '../../model/model-spec.ts';
import { MAX_CHARACTERS_PER_TOKEN } from '../../passages/leading-text.ts';
import type { RerankRequest, RunOptions } from '../../protocol/rerank-api.ts';
import {
  documentText,
  encodeCutPrompt,
  encodeInstantPrompt,
  encodePrompt,
  RETHINK_CUE,
} from '../../rank1/prompt.ts';
import { promptQuery, promptQueryLength, textOf } from '../../rank1/query-template.ts';
import type { Tokenizer } from '../../tokenizer/tokenizer.ts';
import { fitPassages, fitText, type FittedText, type PromptBudget } from './fit-document.ts';

/** Default token limit of a chain if neither caller nor model sets one; the reference allows 8,192. */
const DEFAULT_MAX_NEW_TOKENS = 1024;
/** Re-encoding a chain for a forced verdict, with its markers, may take a few more tokens. */
const FORCED_PROMPT_MARGIN = 16;
/** KV capacity is rounded up, so that runs of similar length share shapes. */
const LENGTH_STEP = 64;

export interface PlannedDocument {
  /** place in the request */
  readonly index: number;
  /** one, or one per passage; empty if the query alone leaves no room */
  readonly prompts: readonly FittedText[];
  /** of all prompts; without prompts, of the query alone, or 0 if it was too long to encode */
  readonly numPromptTokens: number;
  /** the model's context, prompt and chain together */
  readonly maxTokens: number;
}

export class DocumentPlanner {
  /** instruction and template included */
  readonly query: string;
  readonly maxNewTokens: number;
  /** `none` also for a model without chains */
  readonly reasons: NonNullable<RunOptions['reasons']>;
  readonly #documents: RerankRequest['documents'];
  readonly #splits: boolean;
  readonly #budget: PromptBudget;
  readonly #maxPositions: number;
  /** tokens of a row reserved for everything but the prompt */
  readonly #numReserved: number;
  /** the prompt without a document */
  readonly #head: Int32Array;
  readonly #numHeadTokens: number;
  #next = 0;

  /** @param modelMaxNewTokens from the model folder */
  constructor(
    tokenizer: Tokenizer,
    { maxPositions }: Pick<ModelSpec, 'maxPositions'>,
    profile: ScoringProfile,
    request: RerankRequest,
    modelMaxNewTokens: number | undefined,
  ) {
    const { options, documents } = request;
    const { chain, cut } = profile;
    const trimmed = (text: string) => (profile.trim ? text.trim() : text);
    const isInstant = chain === 'none' || options.reasons === 'none';
    this.reasons = isInstant ? 'none' : 'all';
    const wanted = isInstant ? 1 : (options.maxNewTokens ?? modelMaxNewTokens ?? DEFAULT_MAX_NEW_TOKENS);
    // The chain gets at most half the context: a long limit would leave no room for documents.
    this.maxNewTokens = Math.max(1, Math.min(wanted, Math.floor(maxPositions / 2)));
    const numCueTokens = (options.rethink ?? 0) * tokenizer.encode(RETHINK_CUE).length;
    this.#numReserved = this.maxNewTokens + numCueTokens + FORCED_PROMPT_MARGIN;
    const maxPromptTokens = Math.min(maxPositions - this.#numReserved, cut.maxTokens ?? Infinity);
    // A query that is far too long is not encoded, to save time and memory.
    const isReadable = promptQueryLength(request, profile) <= maxPromptTokens * MAX_CHARACTERS_PER_TOKEN;
    const query = isReadable ? promptQuery({ ...request, query: trimmed(request.query) }, profile) : [];
    this.query = textOf(query);
    const encode = (document: string) =>
      chain === 'think' && isInstant
        ? encodeInstantPrompt(tokenizer, this.query, document)
        : encodePrompt(tokenizer, query, trimmed(document), profile);
    this.#head = encode('');
    this.#numHeadTokens = isReadable ? this.#head.length : Infinity;
    const encodeCut = (document: string, maxTokens: number) =>
      encodeCutPrompt(tokenizer, query, trimmed(document), profile, maxTokens);
    this.#budget = {
      tokenizer,
      encode,
      maxPromptTokens,
      maxCharacters: cut.maxCharacters,
      ...(cut.at === 'token' && { encodeCut }),
    };
    this.#documents = documents;
    this.#splits = options.longDocuments === 'passages';
    this.#maxPositions = maxPositions;
  }

  /** Plans the next document of the request; null at the end. */
  next(): PlannedDocument | null {
    const document = this.#documents[this.#next];
    if (!document) return null;
    const index = this.#next++;
    const prompts = this.#fit(document);
    const numHeadTokens = Number.isFinite(this.#numHeadTokens) ? this.#numHeadTokens : 0;
    const numPromptTokens = prompts.reduce((sum, { promptTokenIds }) => sum + promptTokenIds.length, 0);
    return {
      index,
      prompts,
      numPromptTokens: prompts.length > 0 ? numPromptTokens : numHeadTokens,
      maxTokens: this.#maxPositions,
    };
  }

  get isDone(): boolean {
    return this.#next >= this.#documents.length;
  }

  /** Tokens per row needed for these documents. */
  lengthFor(documents: readonly PlannedDocument[]): number {
    const lengths = promptsOf(documents).map(({ promptTokenIds }) => promptTokenIds.length);
    const needed = lengths.reduce((most, length) => Math.max(most, length), 1) + this.#numReserved;
    return Math.min(this.#maxPositions, Math.ceil(needed / LENGTH_STEP) * LENGTH_STEP);
  }

  /**
   * Common prefix of these prompts and the one without a document, so that later prompts of this query share it too.
   */
  prefixOf(documents: readonly PlannedDocument[]): Int32Array {
    return sharedPrefix([this.#head, ...promptsOf(documents).map(({ promptTokenIds }) => promptTokenIds)]);
  }

  #fit(document: RerankRequest['documents'][number]): readonly FittedText[] {
    const { maxPromptTokens } = this.#budget;
    if (this.#numHeadTokens + FORCED_PROMPT_MARGIN > maxPromptTokens) return [];
    if (this.#splits) return fitPassages(this.#budget, document);
    const fitted = fitText(this.#budget, documentText(document));
    return fitted ? [fitted] : [];
  }
}

function promptsOf(documents: readonly PlannedDocument[]): readonly FittedText[] {
  return documents.flatMap(({ prompts }) => prompts);
}
