/**
 * rank1's prompt, to the character: plain text, no chat template, no newline after `<think>`.
 * Source: orionw/rank1 `rank1.py` and the rank1-7b model card (arXiv 2502.18418).
 */
import { CLOSE_MARKER, OPEN_MARKER } from './markers.ts';
import type { Tokenizer } from '../tokenizer/tokenizer.ts';

const INSTRUCTION =
  "Determine if the following passage is relevant to the query. Answer only with 'true' or 'false'.";

/** The prefilled reasoning of mode `instant`; the words are ours. */
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
  return `${INSTRUCTION}\nQuery: ${query}\nPassage: `;
}

/** The whole prompt as text, `<think>` included, for servers that tokenize it themselves. */
export function promptText(query: string, document: string): string {
  return promptSegments(query, document).join('');
}

/** The prompt whose next token is the answer. Trim `reasoning` with `trimToLastSentence` first. */
export function forcedPromptText(query: string, document: string, reasoning: string): string {
  return forcedPromptSegments(query, document, reasoning).join('');
}

/** Token ids of the whole prompt, `<think>` included. Markers inside query and document stay plain text. */
export function encodePrompt(tokenizer: Tokenizer, query: string, document: string): Int32Array {
  return encodeSegments(tokenizer, promptSegments(query, document));
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
  return encodeSegments(tokenizer, forcedPromptSegments(query, document, reasoning));
}

/** The prompt of mode `instant`: the reasoning is prefilled, the answer comes next. */
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
  return encodeSegments(tokenizer, [...promptSegments(query, document), reasoning]);
}

function promptSegments(query: string, document: string): readonly string[] {
  return [`${promptHead(query)}${document}\n`, OPEN_MARKER];
}

function forcedPromptSegments(query: string, document: string, reasoning: string): readonly string[] {
  return [...promptSegments(query, document), `\n${reasoning}\n`, CLOSE_MARKER];
}

/** The chain up to its last whole sentence, if it has one, as the reference does before it forces a verdict. */
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
