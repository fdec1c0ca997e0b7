/**
 * Plans a run: prompts encoded, documents that are too long cut to what fits and flagged, and the KV
 * capacity that all of it needs. Too long a document is data, not an exception.
 */
import type { ModelSpec } from '../model/model-spec.ts';
import type { RerankRequest } from '../protocol/rerank-api.ts';
import { documentText, encodePrompt, promptHead, queryWithInstruction } from '../rank1/prompt.ts';
import type { Tokenizer } from '../tokenizer/tokenizer.ts';

/** What a chain may use when neither caller nor model says otherwise; the reference allows 8,192. */
const DEFAULT_MAX_NEW_TOKENS = 1024;
/** Re-encoding a chain for a forced verdict, with its markers, may take a few tokens more. */
const FORCED_PROMPT_MARGIN = 16;
/** KV capacity comes in steps, so that runs of like length share shapes. */
const LENGTH_STEP = 64;

export interface PlannedDocument {
  readonly index: number;
  /** The text as the model reads it, title included, cut if it was too long. */
  readonly text: string;
  readonly promptTokenIds: Int32Array;
  readonly truncated: boolean;
}

export interface RunPlan {
  /** instruction included */
  readonly query: string;
  readonly documents: readonly PlannedDocument[];
  /** documents that cannot be judged because the query alone leaves no room */
  readonly tooLong: readonly { readonly index: number; readonly numPromptTokens: number }[];
  readonly maxNewTokens: number;
  /** tokens a row must be able to hold */
  readonly maxLength: number;
}

export function planDocuments(
  tokenizer: Tokenizer,
  spec: Pick<ModelSpec, 'maxPositions'>,
  request: RerankRequest,
  modelMaxNewTokens: number | undefined,
): RunPlan {
  const query = queryWithInstruction(request.query, request.options.instruction);
  const wanted = request.options.maxNewTokens ?? modelMaxNewTokens ?? DEFAULT_MAX_NEW_TOKENS;
  // Half the context at most goes to the chain, or a long cap would leave no room for documents.
  const maxNewTokens = Math.max(1, Math.min(wanted, Math.floor(spec.maxPositions / 2)));
  const maxPromptTokens = spec.maxPositions - maxNewTokens - FORCED_PROMPT_MARGIN;
  const documents: PlannedDocument[] = [];
  const tooLong: { index: number; numPromptTokens: number }[] = [];
  const headTokens = tokenizer.encode(promptHead(query)).length;
  request.documents.forEach((document, index) => {
    const planned = headTokens + FORCED_PROMPT_MARGIN > maxPromptTokens
      ? null
      : fitDocument(tokenizer, query, documentText(document), maxPromptTokens);
    if (planned) documents.push({ index, ...planned });
    else tooLong.push({ index, numPromptTokens: headTokens });
  });
  const longest = Math.max(1, ...documents.map((document) => document.promptTokenIds.length));
  const needed = longest + maxNewTokens + FORCED_PROMPT_MARGIN;
  const maxLength = Math.min(spec.maxPositions, Math.ceil(needed / LENGTH_STEP) * LENGTH_STEP);
  return { query, documents, tooLong, maxNewTokens, maxLength };
}

/** Cuts the text until its prompt fits; a token is at least one byte, so far too long a text is cut unread. */
function fitDocument(
  tokenizer: Tokenizer,
  query: string,
  fullText: string,
  maxPromptTokens: number,
): Omit<PlannedDocument, 'index'> | null {
  let text = fullText.slice(0, maxPromptTokens * MAX_CHARACTERS_PER_TOKEN);
  for (;;) {
    const promptTokenIds = encodePrompt(tokenizer, query, text);
    if (promptTokenIds.length <= maxPromptTokens) {
      return { text, promptTokenIds, truncated: text.length < fullText.length };
    }
    if (text === '') return null;
    const excess = promptTokenIds.length - maxPromptTokens;
    const charactersPerToken = text.length / promptTokenIds.length;
    // Cut by what the excess takes on average; the last word may be in two, so cut back to a space.
    const cut = text.slice(0, Math.max(0, text.length - Math.ceil(excess * charactersPerToken) - 1));
    text = cut.slice(0, Math.max(cut.lastIndexOf(' '), cut.length - MAX_WORD_LENGTH, 0));
  }
}

/** No text of any language packs more characters into a token on average, whitespace runs aside. */
const MAX_CHARACTERS_PER_TOKEN = 16;
const MAX_WORD_LENGTH = 40;
