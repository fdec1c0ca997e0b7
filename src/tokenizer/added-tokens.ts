/**
 * A checkpoint lists its added tokens twice: `added_tokens` in tokenizer.json and `added_tokens_decoder` in
 * tokenizer_config.json. Where the lists differ, this follows transformers 5 (AutoTokenizer).
 */

/** One entry, with the field names of tokenizer.json. */
export interface AddedToken {
  readonly id: number;
  readonly content: string;
  /** White space on this side is part of the token. */
  readonly lstrip: boolean;
  readonly rstrip: boolean;
  readonly single_word: boolean;
  readonly normalized: boolean;
  readonly special: boolean;
}

/** Token to id, without added tokens. */
export interface Vocabulary {
  readonly size: number;
  get(token: string): number | undefined;
}

const BEGINS_WORD = /^[\p{L}\p{M}\p{N}\p{Pc}]/u;
const ENDS_IN_WORD = /[\p{L}\p{M}\p{N}\p{Pc}]$/u;

type Fields = Readonly<Record<string, unknown>>;
type Candidate = Omit<AddedToken, 'id'>;

/** transformers rebuilds this class from vocabulary and merges alone and ignores the list in tokenizer.json. */
const REBUILT_CLASS = /^Qwen2Tokenizer(?:Fast)?$/;
/** In the order transformers adds them. */
const SPECIAL_TOKENS = ['bos', 'eos', 'unk', 'sep', 'pad', 'cls', 'mask'].map((name) => `${name}_token`);

/**
 * The tokens of tokenizer.json, then those found only in tokenizer_config.json, whose entries override the flags of the
 * other file. Ids are the tokenizer's: a new token gets the next free one, whatever its index in the config.
 * @throws TypeError when an entry is malformed
 */
export function mergeAddedTokens(listed: unknown, config: Fields, vocabulary: Vocabulary): AddedToken[] {
  const tokens = new Map<string, AddedToken>();
  const decoder = config['added_tokens_decoder'];
  const hasDecoder = isRecord(decoder);
  const isRebuilt = hasDecoder && REBUILT_CLASS.test(String(config['tokenizer_class']));
  if (!isRebuilt) for (const token of parseListed(listed)) tokens.set(token.content, token);

  let nextId = Math.max(vocabulary.size, ...[...tokens.values()].map((token) => token.id + 1));
  const add = (token: Candidate): void => {
    const known = tokens.get(token.content)?.id ?? vocabulary.get(token.content);
    tokens.set(token.content, { ...token, id: known ?? nextId++ });
  };
  const indexed = hasDecoder ? Object.entries(decoder).sort(([a], [b]) => Number(a) - Number(b)) : [];
  for (const [, value] of indexed) add(parseToken(value));
  for (const content of specialTokens(config)) if (!tokens.has(content)) add(specialToken(content));
  return [...tokens.values()];
}

/**
 * Splits a text at the tokens that it spells, which are pieces of their own; of two at one place the longer counts. Some
 * models reserve tens of thousands, of which a regular expression would take seconds to compile.
 */
export function addedTokenSplitter(
  tokens: readonly Pick<AddedToken, 'content' | 'single_word'>[],
): (text: string) => string[] {
  const isSingleWord = new Map<string, boolean>();
  const lengths = new Map<string, Set<number>>();
  for (const { content, single_word } of [...tokens].sort((a, b) => b.content.length - a.content.length)) {
    if (content === '') continue;
    isSingleWord.set(content, single_word && (isSingleWord.get(content) ?? true));
    const first = content[0]!;
    lengths.set(first, (lengths.get(first) ?? new Set()).add(content.length));
  }
  const tokenAt = (text: string, at: number): string | null => {
    for (const length of lengths.get(text[at]!) ?? []) {
      if (at + length > text.length) continue;
      const content = text.slice(at, at + length);
      const mustBeWord = isSingleWord.get(content);
      if (mustBeWord === false || (mustBeWord && isWordAt(text, at, length))) return content;
    }
    return null;
  };
  return (text) => {
    const pieces: string[] = [];
    let end = 0;
    for (let at = 0; at < text.length;) {
      const token = tokenAt(text, at);
      at += token?.length ?? 1;
      if (token === null) continue;
      pieces.push(text.slice(end, at - token.length), token);
      end = at;
    }
    return [...pieces, text.slice(end)];
  };
}

function isWordAt(text: string, at: number, length: number): boolean {
  const end = at + length;
  // Of two units, as a character may be.
  return (
    !ENDS_IN_WORD.test(text.slice(Math.max(0, at - 2), at)) && !BEGINS_WORD.test(text.slice(end, end + 2))
  );
}

/** Text of a `*_token` in tokenizer_config.json: a string, or an entry with `content`. */
export function tokenText(value: unknown): string | null {
  const text = isRecord(value) ? value['content'] : value;
  return typeof text === 'string' && text !== '' ? text : null;
}

/** Texts of `bos_token`, `pad_token` and the like in tokenizer_config.json, by name; without those that it does not set. */
export function namedTokens(config: Fields): Record<string, string> {
  const named = SPECIAL_TOKENS.map((name) => [name, tokenText(config[name])] as const);
  return Object.fromEntries(named.filter((entry): entry is [string, string] => entry[1] !== null));
}

function specialTokens(config: Fields): string[] {
  const extra = config['additional_special_tokens'] ?? config['extra_special_tokens'];
  const others = (Array.isArray(extra) ? extra : []).map(tokenText).filter((text) => text !== null);
  return [...Object.values(namedTokens(config)), ...others];
}

function parseListed(listed: unknown): AddedToken[] {
  if (listed === undefined || listed === null) return [];
  if (!Array.isArray(listed)) throw new TypeError('added_tokens is not a list');
  return listed.map((value: unknown) => {
    const id = isRecord(value) ? value['id'] : undefined;
    if (!Number.isSafeInteger(id) || (id as number) < 0) throw new TypeError('an added token has no id');
    return { ...parseToken(value), id: id as number };
  });
}

function parseToken(value: unknown): Candidate {
  if (!isRecord(value) || typeof value['content'] !== 'string')
    throw new TypeError('an added token has no text');
  const flag = (name: string): boolean => value[name] === true;
  const special = flag('special');
  return {
    content: value['content'],
    lstrip: flag('lstrip'),
    rstrip: flag('rstrip'),
    single_word: flag('single_word'),
    normalized: value['normalized'] === undefined ? !special : flag('normalized'),
    special,
  };
}

const specialToken = (content: string): Candidate => ({
  content,
  lstrip: false,
  rstrip: false,
  single_word: false,
  normalized: false,
  special: true,
});

function isRecord(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
