/**
 * Builds tokenizer files from GGUF metadata, which lists vocabulary, merges and token types but only names
 * the pre-tokenizer.
 */
import type { GgufMetadata, GgufValue } from './gguf-reader.ts';
import { unsupported } from './gguf-config.ts';

/** Values of `tokenizer.ggml.token_type`; all others are ordinary vocabulary. */
const KIND = { unknown: 2, control: 3, userDefined: 4, unused: 5 } as const;
const NOT_PLAIN: readonly number[] = Object.values(KIND);

interface Splitting {
  /** `null`: GPT-2's regular expression, which is built into the byte-level step */
  readonly pattern: string | null;
  readonly digits?: boolean;
  readonly composes?: boolean;
  readonly ignoreMerges?: boolean;
  /** used if the file does not set add_bos_token */
  readonly addsBegin?: boolean;
}

const CONTRACTIONS = "(?i:'s|'t|'re|'ve|'m|'ll|'d)";
const SPACES = String.raw`\s*[\r\n]+|\s+(?!\S)|\s+`;
const SYMBOLS = String.raw` ?[^\s\p{L}\p{N}]+[\r\n]*`;
const UPPER = String.raw`[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]`;
const LOWER = String.raw`[\p{Ll}\p{Lm}\p{Lo}\p{M}]`;
const LEAD = String.raw`[^\r\n\p{L}\p{N}]?`;

/** By `tokenizer.ggml.pre`; taken from the tokenizer.json of these models. */
const SPLITTINGS: Readonly<Record<string, Splitting>> = {
  qwen2: {
    pattern: String.raw`${CONTRACTIONS}|${LEAD}\p{L}+|\p{N}|${SYMBOLS}|${SPACES}`,
    composes: true,
  },
  'llama-bpe': {
    pattern: String.raw`${CONTRACTIONS}|${LEAD}\p{L}+|\p{N}{1,3}|${SYMBOLS}|${SPACES}`,
    ignoreMerges: true,
    addsBegin: true,
  },
  tekken: {
    pattern: String.raw`${LEAD}${UPPER}*${LOWER}+|${LEAD}${UPPER}+${LOWER}*|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n/]*|${SPACES}`,
    ignoreMerges: true,
    addsBegin: true,
  },
  smollm: { pattern: null, digits: true },
};

export interface TokenizerJson {
  readonly tokenizer: object;
  readonly config: object;
  readonly generation: object;
}

/** @returns `null` if the tokenizer is of an unknown kind @throws Rank1Error `model-unsupported` */
export function ggufTokenizer(metadata: GgufMetadata): TokenizerJson | null {
  const get = (key: string) => metadata.get(`tokenizer.ggml.${key}`);
  const splitting = Object.hasOwn(SPLITTINGS, String(get('pre'))) ? SPLITTINGS[String(get('pre'))]! : null;
  if (get('model') !== 'gpt2' || splitting === null) return null;
  const tokens = list(metadata, 'tokens');
  const kinds = list(metadata, 'token_type');
  const merges = list(metadata, 'merges');
  const tokenOf = (key: string): string | null => {
    const id = get(key);
    return typeof id === 'number' && typeof tokens[id] === 'string' ? tokens[id] : null;
  };
  const added = tokens.flatMap((content, id) => {
    const isAdded =
      kinds[id] === KIND.control || kinds[id] === KIND.userDefined || kinds[id] === KIND.unknown;
    if (!isAdded) return [];
    const special = kinds[id] !== KIND.userDefined;
    return [{ id, content, single_word: false, lstrip: false, rstrip: false, normalized: false, special }];
  });
  const plain = tokens
    .map((token, id) => [token, id] as const)
    .filter(([, id]) => !NOT_PLAIN.includes(Number(kinds[id])));
  const begin = get('add_bos_token') ?? splitting.addsBegin === true;
  const byteLevel = { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true };
  const steps = [
    ...(splitting.digits ? [{ type: 'Digits', individual_digits: true }] : []),
    ...(splitting.pattern === null
      ? []
      : [{ type: 'Split', pattern: { Regex: splitting.pattern }, behavior: 'Isolated', invert: false }]),
    { ...byteLevel, use_regex: splitting.pattern === null },
  ];
  return {
    tokenizer: {
      version: '1.0',
      added_tokens: added,
      normalizer: splitting.composes ? { type: 'NFC' } : null,
      pre_tokenizer: { type: 'Sequence', pretokenizers: steps },
      post_processor: frame(
        begin === true ? tokenId(metadata, 'bos_token_id') : null,
        get('add_eos_token') === true ? tokenId(metadata, 'eos_token_id') : null,
      ),
      decoder: { ...byteLevel, use_regex: true },
      model: {
        type: 'BPE',
        ignore_merges: splitting.ignoreMerges === true,
        vocab: Object.fromEntries(plain),
        merges,
      },
    },
    config: {
      tokenizer_class: 'PreTrainedTokenizerFast',
      bos_token: tokenOf('bos_token_id'),
      eos_token: tokenOf('eos_token_id'),
      clean_up_tokenization_spaces: false,
    },
    // llama.cpp also ends generation at the end-of-turn token.
    generation: {
      eos_token_id: ['eos_token_id', 'eot_token_id'].map(get).filter((id) => typeof id === 'number'),
    },
  };
}

function tokenId(metadata: GgufMetadata, key: string): number {
  const id = metadata.get(`tokenizer.ggml.${key}`);
  if (typeof id === 'number') return id;
  throw unsupported(
    `tokenizer.ggml.${key}`,
    id,
    'a token that is put around every text has to have an id, and such files',
  );
}

function frame(begin: number | null, end: number | null): object | null {
  const special = (name: string, id: number | null) =>
    id === null ? {} : { [name]: { id: name, ids: [id], tokens: [name] } };
  const piece = (name: string, id: number | null) =>
    id === null ? [] : [{ SpecialToken: { id: name, type_id: 0 } }];
  if (begin === null && end === null) return null;
  return {
    type: 'TemplateProcessing',
    single: [...piece('begin', begin), { Sequence: { id: 'A', type_id: 0 } }, ...piece('end', end)],
    special_tokens: { ...special('begin', begin), ...special('end', end) },
  };
}

function list(metadata: GgufMetadata, key: string): readonly GgufValue[] {
  const value = metadata.get(`tokenizer.ggml.${key}`);
  if (Array.isArray(value)) return value as readonly GgufValue[];
  throw unsupported(`tokenizer.ggml.${key}`, value, 'files that list it are');
}
