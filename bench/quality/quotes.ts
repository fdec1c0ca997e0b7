/** Quotes in chains: a quote is a claim about the passage, and can be checked. */

/** From the first to the last quotation mark, because the quoted words may hold some themselves. */
const QUOTE = /\bsays "(.*)"/s;

/** What the chain quotes; null if it quotes nothing, or was cut before the quote ended. */
export function quoteOf(chain: string): string | null {
  return QUOTE.exec(chain)?.[1] ?? null;
}

/** Whether the passage holds the words in this very form; white space counts as one space. */
export function isVerbatim(quote: string, passage: string): boolean {
  const words = oneLine(quote);
  return words !== '' && oneLine(passage).includes(words);
}

const oneLine = (text: string): string => text.replace(/\s+/g, ' ').trim();
