/**
 * Fits documents into the tokens a prompt leaves them: whole if possible, else truncated and flagged, or split into
 * passages. A document that is too long is not an error.
 */
import { cutCodePoints, cutText } from '../../passages/cut-text.ts';
import { leadingText, MAX_CHARACTERS_PER_TOKEN, MAX_TOKENS_OF_WORD } from '../../passages/leading-text.ts';
import { splitPassages, type TextRange } from '../../passages/split-passages.ts';
import type { RerankDocument } from '../../protocol/rerank-api.ts';
import { documentText } from '../../rank1/prompt.ts';
import type { Tokenizer } from '../../tokenizer/tokenizer.ts';

/** The title is repeated with each passage and may take at most this share of it. */
const MAX_TITLE_SHARE = 0.25;
/** Joined texts may take more tokens than each alone, where they meet. */
const SEAM_TOKENS = 4;

export interface PromptBudget {
  readonly tokenizer: Tokenizer;
  /** The whole prompt of a text. */
  readonly encode: (document: string) => Int32Array;
  /** The prompt of a text that is too long, cut at a token; if omitted, texts are cut at words. */
  readonly encodeCut?: (document: string, maxTokens: number) => Int32Array;
  readonly maxPromptTokens: number;
  /** of a document, in code points; default: any number */
  readonly maxCharacters?: number | null;
}

export interface FittedText {
  /** The text the model reads, title included, truncated if it was too long. */
  readonly text: string;
  readonly promptTokenIds: Int32Array;
  readonly truncated: boolean;
  /** range of the document's text; null if the document was not split */
  readonly passage: TextRange | null;
}

/** The text's prompt, truncated if necessary; null when not even an empty text fits. */
export function fitText(budget: PromptBudget, fullText: string): FittedText | null {
  const { tokenizer, encode, maxPromptTokens, maxCharacters } = budget;
  const allowed = cutCodePoints(fullText, maxCharacters ?? Infinity);
  // A text that is far too long is cut before encoding, to save time.
  const text = cutText(allowed, maxPromptTokens * MAX_CHARACTERS_PER_TOKEN);
  const promptTokenIds = encode(text);
  if (promptTokenIds.length <= maxPromptTokens) {
    return { text, promptTokenIds, truncated: text.length < fullText.length, passage: null };
  }
  if (budget.encodeCut) {
    const cutTokenIds = budget.encodeCut(text, maxPromptTokens);
    return { text, promptTokenIds: cutTokenIds, truncated: true, passage: null };
  }
  const textTokenIds = tokenizer.encode(text);
  let room = textTokenIds.length - (promptTokenIds.length - maxPromptTokens);
  for (;;) {
    const kept = room > 0 ? wholeWords(tokenizer, textTokenIds.slice(0, room)) : '';
    const keptPromptIds = encode(kept);
    const excess = keptPromptIds.length - maxPromptTokens;
    if (excess <= 0) return { text: kept, promptTokenIds: keptPromptIds, truncated: true, passage: null };
    if (kept === '') return null;
    // The cut may have split a token.
    room -= excess;
  }
}

/** As `fitText`, but splits a text that does not fit into passages, each with the title. Empty when nothing fits. */
export function fitPassages(
  budget: PromptBudget,
  document: Pick<RerankDocument, 'title' | 'text'>,
): FittedText[] {
  const whole = fitText(budget, documentText(document));
  if (!whole?.truncated) return whole ? [whole] : [];
  const { tokenizer, encode, maxPromptTokens } = budget;
  const room = maxPromptTokens - encode('').length - SEAM_TOKENS;
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

/** The text of these ids, without a character or word that the cut has split. */
function wholeWords(tokenizer: Tokenizer, tokenIds: readonly number[]): string {
  const text = tokenizer.decode(tokenIds).replace(/\uFFFD$/, '');
  const wordStart = Math.max(text.lastIndexOf(' '), text.lastIndexOf('\n'));
  const numCertain = tokenizer.decode(tokenIds.slice(0, -MAX_TOKENS_OF_WORD)).length;
  return wordStart > 0 && wordStart >= numCertain ? text.slice(0, wordStart) : text;
}
