/**
 * Text to token ids and back, from a model's own `tokenizer.json`. Documents are other people's text, so
 * `encode` treats everything as plain text: `<think>`, `</think>` or `<|endoftext|>` inside it become
 * ordinary tokens, never the added tokens of the same spelling. Those are reached by `addedTokenId` only.
 */
import { Tokenizer as TokenizersTokenizer } from '@huggingface/tokenizers';
import { Rank1Error, errorMessage } from '../base/errors.ts';
import { findUnsafePattern } from './safe-pattern.ts';

export interface Tokenizer {
  /** Plain text to ids. Lone surrogates become U+FFFD first, as no encoding exists for them. */
  encode(text: string): number[];
  /** Ids to text, added tokens shown as their text. Incomplete UTF-8 at an end comes out as U+FFFD. */
  decode(tokenIds: readonly number[]): string;
  /** The id of an added token such as `<think>`, or null when the tokenizer has none of that spelling. */
  addedTokenId(content: string): number | null;
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
    const full = new TokenizersTokenizer(json, config);
    // Added tokens are split out of a text before it is normalised; without any, all text is plain.
    const plain = new TokenizersTokenizer(
      { ...json, added_tokens: [] },
      { ...config, added_tokens_decoder: {} },
    );
    const addedTokenIds = new Map<string, number>();
    for (const [id, token] of full.get_added_tokens_decoder()) addedTokenIds.set(token.content, id);
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
      addedTokenId: (content) => addedTokenIds.get(content) ?? null,
    };
  } catch (error) {
    throw unsupported(errorMessage(error), error);
  }
}

/** A file that was made wrong can read well and fail only at work. */
function guarded<T>(action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw unsupported(errorMessage(error), error);
  }
}

function checkIds(ids: number[]): number[] {
  if (ids.every((id) => Number.isSafeInteger(id) && id >= 0)) return ids;
  throw new TypeError('it gives ids that are no numbers');
}

function unsupported(reason: string, cause?: unknown): Rank1Error {
  return new Rank1Error(
    'tokenizer-unsupported',
    `The model's tokenizer cannot be read (${reason.slice(0, 200)}). Use a model folder with the Qwen2 or Llama 3 tokenizer files.`,
    { cause },
  );
}

/** The library guesses at a model it does not know, which would give wrong ids instead of an error. */
function assertBytePairModel(model: unknown): void {
  if (typeof model === 'object' && model !== null && 'type' in model && model.type === 'BPE') return;
  throw new Rank1Error(
    'tokenizer-unsupported',
    "The model's tokenizer.json does not hold a BPE tokenizer. Use a model folder with the Qwen2 or Llama 3 tokenizer files.",
  );
}

function asObject(value: unknown, file: string): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value))
    return value as Record<string, unknown>;
  throw new Rank1Error('tokenizer-unsupported', `${file} is not a JSON object. Download the model again.`);
}
