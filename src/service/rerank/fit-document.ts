/**
 * Puts documents into the room that a prompt leaves them: whole where they fit, else cut and flagged, or split into
 * passages. Too long a document is data, not an exception.
 */
import { cutText } from '../../passages/cut-text.ts';
import { leadingText, MAX_CHARACTERS_PER_TOKEN, MAX_TOKENS_OF_WORD } from '../../passages/leading-text.ts';
import { splitPassages, type TextRange } from '../../passages/split-passages.ts';
import type { RerankDocument } from '../../protocol/rerank-api.ts';
import { documentText } from '../../rank1/prompt.ts';
import type { Tokenizer } from '../../tokenizer/tokenizer.ts';

/** A title is repeated with each passage, and may take this share of it at most. */
const MAX_TITLE_SHARE = 0.25;
/** Where texts meet, tokens may fall differently than in each alone. */
const SEAM_TOKENS = 4;

export interface PromptBudget {
  readonly tokenizer: Tokenizer;
  /** the query as it stands in the prompt */
  readonly query: string;
  readonly encode: (tokenizer: Tokenizer, query: string, document: string) => Int32Array;
  readonly maxPromptTokens: number;
}

export interface FittedText {
  /** The text as the model reads it, title included, cut if it was too long. */
  readonly text: string;
  readonly promptTokenIds: Int32Array;
  readonly truncated: boolean;
  /** which part of the document's text it is; null for a document that was not split */
  readonly passage: TextRange | null;
}

/** The text's prompt, cut where it does not fit; null when not even an empty text fits. */
export function fitText(budget: PromptBudget, fullText: string): FittedText | null {
  const { tokenizer, query, encode, maxPromptTokens } = budget;
  // Far too long a text is cut unread: encoding all of it would take its time for nothing.
  const text = cutText(fullText, maxPromptTokens * MAX_CHARACTERS_PER_TOKEN);
  const promptTokenIds = encode(tokenizer, query, text);
  if (promptTokenIds.length <= maxPromptTokens) {
    return { text, promptTokenIds, truncated: text.length < fullText.length, passage: null };
  }
  const textTokenIds = tokenizer.encode(text);
  let room = textTokenIds.length - (promptTokenIds.length - maxPromptTokens);
  for (;;) {
    const kept = room > 0 ? wholeWords(tokenizer, textTokenIds.slice(0, room)) : '';
    const keptPromptIds = encode(tokenizer, query, kept);
    const excess = keptPromptIds.length - maxPromptTokens;
    if (excess <= 0) return { text: kept, promptTokenIds: keptPromptIds, truncated: true, passage: null };
    if (kept === '') return null;
    // The cut may have parted what was one token.
    room -= excess;
  }
}

/** As `fitText`, but a document that would be cut is split into passages, each under the title. Empty when nothing fits. */
export function fitPassages(
  budget: PromptBudget,
  document: Pick<RerankDocument, 'title' | 'text'>,
): FittedText[] {
  const whole = fitText(budget, documentText(document));
  if (!whole?.truncated) return whole ? [whole] : [];
  const { tokenizer, query, encode, maxPromptTokens } = budget;
  const room = maxPromptTokens - encode(tokenizer, query, '').length - SEAM_TOKENS;
  const title = document.title
    ? leadingText(tokenizer, document.title, Math.max(1, Math.floor(room * MAX_TITLE_SHARE)))
    : '';
  const roomForText = room - tokenizer.encode(title).length;
  const ranges = roomForText > 0 ? splitPassages(tokenizer, document.text, roomForText) : [];
  const passages = ranges.map((range) => {
    const text = document.text.slice(range.start, range.end);
    const fitted = fitText(budget, documentText({ title, text }));
    const titleIsCut = title.length < (document.title?.length ?? 0);
    return fitted && { ...fitted, truncated: fitted.truncated || titleIsCut, passage: range };
  });
  const fitting = passages.filter((passage) => passage !== null);
  return fitting.length > 0 ? fitting : [whole];
}

/** The text of these ids without the character, and the word, that were cut in two at the end. */
function wholeWords(tokenizer: Tokenizer, tokenIds: readonly number[]): string {
  const text = tokenizer.decode(tokenIds).replace(/\uFFFD$/, '');
  const wordStart = Math.max(text.lastIndexOf(' '), text.lastIndexOf('\n'));
  const numCertain = tokenizer.decode(tokenIds.slice(0, -MAX_TOKENS_OF_WORD)).length;
  return wordStart > 0 && wordStart >= numCertain ? text.slice(0, wordStart) : text;
}
