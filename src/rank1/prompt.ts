/**
 * rank1's prompt, to the character: plain text, no chat template, no newline after `<think>`.
 * Source: orionw/rank1 `rank1.py` and the rank1-7b model card (arXiv 2502.18418).
 */
import { CLOSE_MARKER, OPEN_MARKER } from './markers.ts';
import type { Tokenizer } from '../tokenizer/tokenizer.ts';

const INSTRUCTION =
  "Determine if the following passage is relevant to the query. Answer only with 'true' or 'false'.";

/** What mode `instant` has the model think; the words are ours. */
export const INSTANT_REASONING = 'I have read the passage and thought enough. I can answer now.';

/** What is put behind a chain that is to think on. */
export const RETHINK_CUE = '\nWait';

/** What a query becomes: an instruction is appended, trimmed, once (not when both are the same text). */
export function queryWithInstruction(query: string, instruction = ''): string {
  if (instruction.trim() === '' || instruction === query) return query;
  return `${query} ${instruction}`.trim();
}

/** A titled document is its title, a space, its text. */
export function documentText(document: { readonly title?: string; readonly text: string }): string {
  return document.title ? `${document.title} ${document.text}`.trim() : document.text;
}

/** The part of the prompt that every document of a run shares. */
export function promptHead(query: string): string {
  return `${INSTRUCTION}\nQuery: ${query}\nPassage: `;
}

/** The whole prompt as text, `<think>` included, for engines that encode it themselves. */
export function promptText(query: string, document: string): string {
  return promptSegments(query, document).join('');
}

/** The text whose next token is the verdict; `reasoning` must already be trimmed with `trimToLastSentence`. */
export function forcedPromptText(query: string, document: string, reasoning: string): string {
  return forcedPromptSegments(query, document, reasoning).join('');
}

/** Token ids of the whole prompt, `<think>` included. Markers inside query and document stay plain text. */
export function encodePrompt(tokenizer: Tokenizer, query: string, document: string): Int32Array {
  return encodeSegments(tokenizer, promptSegments(query, document));
}

/**
 * The prompt that asks for a verdict at once: the reference's `prompt + "\n" + text + "\n</think>"`.
 * `reasoning` must already be trimmed with `trimToLastSentence`.
 */
export function encodeForcedPrompt(
  tokenizer: Tokenizer,
  query: string,
  document: string,
  reasoning: string,
): Int32Array {
  return encodeSegments(tokenizer, forcedPromptSegments(query, document, reasoning));
}

/** The prompt of mode `instant`: the thinking is done, the answer comes next. */
export function encodeInstantPrompt(tokenizer: Tokenizer, query: string, document: string): Int32Array {
  return encodeForcedPrompt(tokenizer, query, document, INSTANT_REASONING);
}

/** The prompt that lets a chain go on from `reasoning`, to the character. */
export function encodeContinuedPrompt(
  tokenizer: Tokenizer,
  query: string,
  document: string,
  reasoning: string,
): Int32Array {
  return encodeSegments(tokenizer, [...promptSegments(query, document), reasoning]);
}

function promptSegments(query: string, document: string): readonly string[] {
  return [`${promptHead(query)}${document}\n`, OPEN_MARKER];
}

function forcedPromptSegments(query: string, document: string, reasoning: string): readonly string[] {
  return [...promptSegments(query, document), `\n${reasoning}\n`, CLOSE_MARKER];
}

/** Cuts a chain back to its last whole sentence, if it has one, as the reference does before forcing. */
export function trimToLastSentence(reasoning: string): string {
  const text = reasoning.trim();
  const end = Math.max(text.lastIndexOf('.'), text.lastIndexOf('!'), text.lastIndexOf('?'));
  return end < 0 ? text : text.slice(0, end + 1).trim();
}

/**
 * A marker that is an added token becomes its one id, and splits the text around it. Where it is not (plain
 * Qwen2.5), it is ordinary text and is encoded together with its neighbours. The whole stands in the tokenizer's
 * frame, because the reference hands its runtime a text, and so gets the frame too.
 */
function encodeSegments(tokenizer: Tokenizer, segments: readonly string[]): Int32Array {
  const parts: (readonly number[])[] = [tokenizer.frame.before];
  let text = '';
  let skipsSpace = false;
  const take = (segment: string): void => {
    text += skipsSpace ? segment.trimStart() : segment;
    if (text !== '') skipsSpace = false;
  };
  for (const segment of segments) {
    const isMarker = segment === OPEN_MARKER || segment === CLOSE_MARKER;
    const marker = isMarker ? tokenizer.addedToken(segment) : null;
    if (!marker) {
      take(segment);
      continue;
    }
    parts.push(tokenizer.encode(marker.lstrip ? text.trimEnd() : text), [marker.id]);
    text = '';
    skipsSpace = marker.rstrip;
  }
  parts.push(tokenizer.encode(text), tokenizer.frame.after);
  return Int32Array.from(parts.flat());
}
