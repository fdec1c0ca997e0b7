/**
 * Text to token ids and back, from a model's own tokenizer files. Documents are untrusted, so `encode` treats
 * everything as plain text: a `<think>`, `</think>` or `<|endoftext|>` in them is spelled with ordinary tokens. Only
 * `splitAtAddedTokens` and `addedToken`, for texts of our own, know the added tokens.
 */
import { Tokenizer as TokenizersTokenizer } from '@huggingface/tokenizers';
import { Rank1Error, errorMessage } from '../base/errors.ts';
import {
  addedTokenSplitter,
  mergeAddedTokens,
  tokenText,
  type AddedToken,
  type Vocabulary,
} from './added-tokens.ts';
import { inputFrame, type InputFrame } from './post-processor.ts';
import { findUnsafePattern } from './safe-pattern.ts';

export interface Tokenizer {
  /** Plain text to ids, without `frame`. A lone surrogate is encoded as U+FFFD. */
  encode(text: string): number[];
  /** Ids to text, including the text of added tokens. Incomplete UTF-8 at either end becomes U+FFFD. */
  decode(tokenIds: readonly number[]): string;
  /** An added token such as `<think>`; null if the tokenizer has none spelled so. */
  addedToken(content: string): Pick<AddedToken, 'id' | 'lstrip' | 'rstrip'> | null;
  /** The text in pieces, of which each added token that it spells is one. */
  splitAtAddedTokens(text: string): readonly string[];
  /** Ids around a whole input: Llama 3.1's `<|begin_of_text|>`, Mistral's `<s>`, none for Qwen2.5. */
  readonly frame: InputFrame;
  /** Id of the tokenizer's own end-of-text token, or null. */
  readonly eosTokenId: number | null;
}

/**
 * @param tokenizerJson parsed `tokenizer.json`; @param tokenizerConfig parsed `tokenizer_config.json`
 * @throws Rank1Error `tokenizer-unsupported`
 */
export function createTokenizer(tokenizerJson: unknown, tokenizerConfig: unknown): Tokenizer {
  const json = asObject(tokenizerJson, 'tokenizer.json');
  const config = asObject(tokenizerConfig, 'tokenizer_config.json');
  assertBytePairModel(json['model']);
  const unsafe = findUnsafePattern([
    { ...json, model: null },
    { ...config, chat_template: null },
  ]);
  if (unsafe !== null) throw unsupported(unsafe);
  try {
    const vocabulary = vocabularyOf(json['model']);
    const addedTokens = mergeAddedTokens(json['added_tokens'], config, vocabulary);
    // It only decodes, which needs no merges; reading them takes most of the time.
    const withoutMerges = { ...(json['model'] as object), merges: [] };
    const full = new TokenizersTokenizer(
      { ...json, model: withoutMerges, added_tokens: addedTokens },
      config,
    );
    // Added tokens are split out of a text before normalisation; without them, all text is plain.
    const plain = new TokenizersTokenizer({ ...json, added_tokens: [] }, config);
    const added = new Map(addedTokens.map((token) => [token.content, token]));
    const eosText = tokenText(config['eos_token']);
    return {
      encode: (text) =>
        text === ''
          ? []
          : guarded(() => checkIds(plain.encode(text.toWellFormed(), { add_special_tokens: false }).ids)),
      decode: (tokenIds) =>
        tokenIds.length === 0
          ? ''
          : guarded(() =>
              full.decode([...tokenIds], { skip_special_tokens: false, clean_up_tokenization_spaces: false }),
            ),
      addedToken: (content) => added.get(content) ?? null,
      splitAtAddedTokens: addedTokenSplitter(addedTokens),
      frame: inputFrame(json['post_processor']),
      eosTokenId: eosText === null ? null : (added.get(eosText)?.id ?? vocabulary.get(eosText) ?? null),
    };
  } catch (error) {
    throw unsupported(errorMessage(error), error);
  }
}

/** A faulty file may load, and fail only when used. */
function guarded<T>(action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw unsupported(errorMessage(error), error);
  }
}

function checkIds(ids: number[]): number[] {
  if (ids.every((id) => Number.isSafeInteger(id) && id >= 0)) return ids;
  throw new TypeError('it gives ids that are not numbers');
}

function unsupported(reason: string, cause?: unknown): Rank1Error {
  return new Rank1Error(
    'tokenizer-unsupported',
    `The model's tokenizer cannot be read (${reason.slice(0, 200)}). Use a model folder with the tokenizer files of Qwen2, Llama 3 or Mistral.`,
    { cause },
  );
}

/** Token to id, without added tokens. */
function vocabularyOf(model: unknown): Vocabulary {
  const { vocab } = model as { readonly vocab?: unknown };
  if (typeof vocab !== 'object' || vocab === null) throw new TypeError('it has no vocabulary');
  const ids = vocab as Readonly<Record<string, number>>;
  return {
    size: Object.keys(ids).length,
    get: (token) => (Object.hasOwn(ids, token) ? ids[token] : undefined),
  };
}

/** The library guesses for unknown model types, which would give wrong ids instead of an error. */
function assertBytePairModel(model: unknown): void {
  if (typeof model === 'object' && model !== null && 'type' in model && model.type === 'BPE') return;
  throw new Rank1Error(
    'tokenizer-unsupported',
    "The model's tokenizer.json does not hold a BPE tokenizer. Use a model folder with the tokenizer files of Qwen2, Llama 3 or Mistral.",
  );
}

function asObject(value: unknown, file: string): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value))
    return value as Record<string, unknown>;
  throw new Rank1Error('tokenizer-unsupported', `${file} is not a JSON object. Download the model again.`);
}
