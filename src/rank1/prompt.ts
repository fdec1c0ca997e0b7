/**
 * Prompts, exact to the character, from a model's scoring profile. Forced verdicts and continuations exist only in
 * rank1's own profile: plain text, no newline after `<think>`.
 * Source: orionw/rank1 `rank1.py` and the rank1-7b model card (arXiv 2502.18418).
 */
import { assert } from '../base/assert.ts';
import { RANK1_PROFILE, type ScoringProfile } from '../model/scoring-profile.ts';
import type { Tokenizer } from '../tokenizer/tokenizer.ts';
import { CLOSE_MARKER } from './markers.ts';

/** Prefilled as the chain of a score without reasoning; our own wording. */
export const INSTANT_REASONING = 'I have read the passage and thought enough. I can answer now.';

/** Appended to a chain to make it think on. */
export const RETHINK_CUE = '\nWait';

/** The query with its instruction appended and trimmed; the query alone if both are the same text. */
export function queryWithInstruction(query: string, instruction = ''): string {
  if (instruction.trim() === '' || instruction === query) return query;
  return `${query} ${instruction}`.trim();
}

/** `title text`, as the reference joins them. */
export function documentText(document: { readonly title?: string; readonly text: string }): string {
  return document.title ? `${document.title} ${document.text}`.trim() : document.text;
}

/** The prefix that the prompts of all documents of a run share. */
export function promptHead(query: string): string {
  const [head = ''] = RANK1_PROFILE.prompt.join('').split(DOCUMENT_SLOT);
  return head.split(QUERY_SLOT).join(query);
}

/** rank1's whole prompt as text, `<think>` included, for servers that tokenize it themselves. */
export function promptText(query: string, document: string): string {
  const values: Readonly<Record<string, string>> = { [QUERY_SLOT]: query, [DOCUMENT_SLOT]: document };
  return RANK1_PROFILE.prompt.join('').replace(SLOTS, (slot) => values[slot] ?? slot);
}

/** rank1's prompt whose next token is the answer. Trim `reasoning` with `trimToLastSentence` first. */
export function forcedPromptText(query: string, document: string, reasoning: string): string {
  return promptText(query, document) + `\n${reasoning}\n${CLOSE_MARKER}`;
}

/**
 * Token ids of the whole prompt, up to where the model continues. Special tokens inside query and document stay plain
 * text.
 * @param query plain text, or as `promptQuery` returns it
 */
export function encodePrompt(
  tokenizer: Tokenizer,
  query: PromptQuery,
  document: string,
  profile: ScoringProfile = RANK1_PROFILE,
): Int32Array {
  return framed(tokenizer, encodeParts(tokenizer, promptParts(profile, query, document)));
}

/**
 * As `encodePrompt`, with the document cut at a token so that the prompt has at most `maxTokens`, which must hold the
 * prompt of an empty document. `{document}` must stand at the end of its part of the profile's prompt.
 */
export function encodeCutPrompt(
  tokenizer: Tokenizer,
  query: PromptQuery,
  document: string,
  profile: ScoringProfile,
  maxTokens: number,
): Int32Array {
  const encode = (text: string) => encodeParts(tokenizer, promptParts(profile, query, text));
  const encoded = encode(document);
  const numExcess = framed(tokenizer, encoded).length - maxTokens;
  if (numExcess <= 0) return framed(tokenizer, encoded);
  const place = profile.prompt.findIndex((part) => part.includes(DOCUMENT_SLOT));
  const part = encoded[place]!;
  assert(part.length - numExcess >= encode('')[place]!.length, 'the query leaves room for a document');
  return framed(tokenizer, encoded.with(place, part.slice(0, part.length - numExcess)));
}

/**
 * The prompt whose next token is the answer: the reference's `prompt + "\n" + text + "\n</think>"`.
 * Trim `reasoning` with `trimToLastSentence` first.
 */
export function encodeForcedPrompt(
  tokenizer: Tokenizer,
  query: string,
  document: string,
  reasoning: string,
): Int32Array {
  const prompt = promptParts(RANK1_PROFILE, query, document);
  const tail = [plain(`\n${reasoning}\n`), literal(CLOSE_MARKER)];
  return framed(tokenizer, encodeParts(tokenizer, continued(prompt, ...tail)));
}

/** The prompt of a score without reasoning: the chain is prefilled, the answer comes next. */
export function encodeInstantPrompt(tokenizer: Tokenizer, query: string, document: string): Int32Array {
  return encodeForcedPrompt(tokenizer, query, document, INSTANT_REASONING);
}

/** The prompt that continues a chain after `reasoning`, to the character. */
export function encodeContinuedPrompt(
  tokenizer: Tokenizer,
  query: string,
  document: string,
  reasoning: string,
): Int32Array {
  return framed(
    tokenizer,
    encodeParts(tokenizer, continued(promptParts(RANK1_PROFILE, query, document), plain(reasoning))),
  );
}

const QUERY_SLOT = '{query}';
const DOCUMENT_SLOT = '{document}';
const SLOTS = /(\{query\}|\{document\})/g;

/** A piece of a prompt. Special tokens are recognised only in literal text. */
export interface Segment {
  readonly text: string;
  readonly isLiteral: boolean;
}
type Parts = readonly (readonly Segment[])[];
type PromptQuery = string | readonly Segment[];

export const literal = (text: string): Segment => ({ text, isLiteral: true });
export const plain = (text: string): Segment => ({ text, isLiteral: false });

function promptParts({ prompt }: ScoringProfile, query: PromptQuery, document: string): Parts {
  const values: Readonly<Record<string, readonly Segment[]>> = {
    [QUERY_SLOT]: typeof query === 'string' ? [plain(query)] : query,
    [DOCUMENT_SLOT]: [plain(document)],
  };
  return prompt.map((part) => part.split(SLOTS).flatMap((piece) => values[piece] ?? [literal(piece)]));
}

/** Appends segments to the last part. */
function continued(parts: Parts, ...segments: readonly Segment[]): Parts {
  return parts.with(-1, [...parts.at(-1)!, ...segments]);
}

/** The chain up to its last whole sentence, if it has one, as the reference does before it forces a verdict. */
export function trimToLastSentence(reasoning: string): string {
  const text = reasoning.trim();
  const end = Math.max(text.lastIndexOf('.'), text.lastIndexOf('!'), text.lastIndexOf('?'));
  return end < 0 ? text : text.slice(0, end + 1).trim();
}

function encodeParts(tokenizer: Tokenizer, parts: Parts): readonly number[][] {
  return parts.map((part) => encodePart(tokenizer, part));
}

/**
 * A special token becomes one id, and the texts around it are encoded separately. If the tokenizer has no such token
 * (`<think>` in plain Qwen2.5), it is ordinary text and is encoded together with its neighbours.
 */
function encodePart(tokenizer: Tokenizer, segments: readonly Segment[]): number[] {
  const ids: (readonly number[])[] = [];
  let text = '';
  let skipsSpace = false;
  const pieces = joinLiterals(segments).flatMap((segment) =>
    segment.isLiteral ? tokenizer.splitAtAddedTokens(segment.text).map(literal) : [segment],
  );
  for (const piece of pieces) {
    const special = piece.isLiteral ? tokenizer.addedToken(piece.text) : null;
    if (!special) {
      text += skipsSpace ? piece.text.trimStart() : piece.text;
      if (text !== '') skipsSpace = false;
      continue;
    }
    ids.push(tokenizer.encode(special.lstrip ? text.trimEnd() : text), [special.id]);
    text = '';
    skipsSpace = special.rstrip;
  }
  ids.push(tokenizer.encode(text));
  return ids.flat();
}

/** A special token may begin in the prompt and end in the form of the query. */
function joinLiterals(segments: readonly Segment[]): readonly Segment[] {
  return segments.reduce<readonly Segment[]>((joined, segment) => {
    const last = joined.at(-1);
    if (!last?.isLiteral || !segment.isLiteral) return [...joined, segment];
    return joined.with(-1, literal(last.text + segment.text));
  }, []);
}

/** Adds the tokens that the tokenizer puts around every text, such as BOS: the reference code passes a text. */
function framed({ frame }: Tokenizer, parts: readonly (readonly number[])[]): Int32Array {
  return Int32Array.from([...frame.before, ...parts.flat(), ...frame.after]);
}
