/**
 * Plans a run: prompts encoded, documents that are too long cut to what fits and flagged, and the KV
 * capacity that all of it needs. Too long a document is data, not an exception.
 */
import type { ModelSpec } from '../model/model-spec.ts';
import type { RerankRequest } from '../protocol/rerank-api.ts';
import {
  documentText,
  encodeInstantPrompt,
  encodePrompt,
  queryWithInstruction,
  RETHINK_CUE,
} from '../rank1/prompt.ts';
import { fillQueryTemplate, QUERY_PRESETS } from '../rank1/query-template.ts';
import type { Tokenizer } from '../tokenizer/tokenizer.ts';
import { cutText } from './cut-text.ts';

/** What a chain may use when neither caller nor model says otherwise; the reference allows 8,192. */
const DEFAULT_MAX_NEW_TOKENS = 1024;
/** Re-encoding a chain for a forced verdict, with its markers, may take a few tokens more. */
const FORCED_PROMPT_MARGIN = 16;
/** KV capacity comes in steps, so that runs of like length share shapes. */
const LENGTH_STEP = 64;
/** No text of any language packs more characters into a token on average, runs of white space aside. */
const MAX_CHARACTERS_PER_TOKEN = 16;
/** Tokens given up for not cutting a word; not every script has words between spaces. */
const MAX_TOKENS_OF_WORD = 8;

export interface PlannedDocument {
  readonly index: number;
  /** The text as the model reads it, title included, cut if it was too long. */
  readonly text: string;
  readonly promptTokenIds: Int32Array;
  readonly truncated: boolean;
}

export interface RunPlan {
  /** instruction and template included */
  readonly query: string;
  readonly documents: readonly PlannedDocument[];
  /** documents that cannot be judged because the query alone leaves no room */
  readonly tooLong: readonly { readonly index: number; readonly numPromptTokens: number }[];
  readonly maxNewTokens: number;
  /** tokens a row must be able to hold */
  readonly maxLength: number;
}

type EncodePrompt = (tokenizer: Tokenizer, query: string, document: string) => Int32Array;

export function planDocuments(
  tokenizer: Tokenizer,
  spec: Pick<ModelSpec, 'maxPositions'>,
  request: RerankRequest,
  modelMaxNewTokens: number | undefined,
): RunPlan {
  const { options } = request;
  const isInstant = options.mode === 'instant';
  const encode = isInstant ? encodeInstantPrompt : encodePrompt;
  const query = promptQuery(request);
  const wanted = isInstant ? 1 : (options.maxNewTokens ?? modelMaxNewTokens ?? DEFAULT_MAX_NEW_TOKENS);
  // Half the context at most goes to the chain, or a long cap would leave no room for documents.
  const maxNewTokens = Math.max(1, Math.min(wanted, Math.floor(spec.maxPositions / 2)));
  const numCueTokens = (options.rethink ?? 0) * tokenizer.encode(RETHINK_CUE).length;
  const numReserved = maxNewTokens + numCueTokens + FORCED_PROMPT_MARGIN;
  const maxPromptTokens = spec.maxPositions - numReserved;
  const documents: PlannedDocument[] = [];
  const tooLong: { index: number; numPromptTokens: number }[] = [];
  const headTokens = encode(tokenizer, query, '').length;
  request.documents.forEach((document, index) => {
    const planned =
      headTokens + FORCED_PROMPT_MARGIN > maxPromptTokens
        ? null
        : fitDocument(tokenizer, encode, query, documentText(document), maxPromptTokens);
    if (planned) documents.push({ index, ...planned });
    else tooLong.push({ index, numPromptTokens: headTokens });
  });
  const longest = Math.max(1, ...documents.map((document) => document.promptTokenIds.length));
  const needed = longest + numReserved;
  const maxLength = Math.min(spec.maxPositions, Math.ceil(needed / LENGTH_STEP) * LENGTH_STEP);
  return { query, documents, tooLong, maxNewTokens, maxLength };
}

/** What stands in the query's place: the query, its instruction, and the template around both. */
function promptQuery({ query, options }: RerankRequest): string {
  const { instruction, queryTemplate, preset } = options;
  const template = queryTemplate ?? (preset && QUERY_PRESETS[preset]);
  const instructed = queryWithInstruction(query, instruction);
  return template === undefined ? instructed : fillQueryTemplate(template, instructed);
}

/** The document's prompt, its text cut where it does not fit; null when not even an empty document fits. */
function fitDocument(
  tokenizer: Tokenizer,
  encode: EncodePrompt,
  query: string,
  fullText: string,
  maxPromptTokens: number,
): Omit<PlannedDocument, 'index'> | null {
  // Far too long a text is cut unread: encoding all of it would take its time for nothing.
  const text = cutText(fullText, maxPromptTokens * MAX_CHARACTERS_PER_TOKEN);
  const promptTokenIds = encode(tokenizer, query, text);
  if (promptTokenIds.length <= maxPromptTokens) {
    return { text, promptTokenIds, truncated: text.length < fullText.length };
  }
  const textTokenIds = tokenizer.encode(text);
  let room = textTokenIds.length - (promptTokenIds.length - maxPromptTokens);
  for (;;) {
    const kept = room > 0 ? wholeWords(tokenizer, textTokenIds.slice(0, room)) : '';
    const keptPromptIds = encode(tokenizer, query, kept);
    const excess = keptPromptIds.length - maxPromptTokens;
    if (excess <= 0) return { text: kept, promptTokenIds: keptPromptIds, truncated: true };
    if (kept === '') return null;
    // The cut may have parted what was one token.
    room -= excess;
  }
}

/** The text of these ids without the character, and the word, that were cut in two at the end. */
function wholeWords(tokenizer: Tokenizer, tokenIds: readonly number[]): string {
  const text = tokenizer.decode(tokenIds).replace(/\uFFFD$/, '');
  const wordStart = Math.max(text.lastIndexOf(' '), text.lastIndexOf('\n'));
  const numCertain = tokenizer.decode(tokenIds.slice(0, -MAX_TOKENS_OF_WORD)).length;
  return wordStart > 0 && wordStart >= numCertain ? text.slice(0, wordStart) : text;
}
