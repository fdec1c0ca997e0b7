import { htmlToText } from './read-html.ts';
import { wordSet } from './word-set.ts';

/** The texts of a message with a plain and an HTML body: both only if each has words that the other lacks. */
export function differingBodies(plain: string, html: string): string[] {
  const text = plain.trim();
  const page = html.trim() === '' ? '' : htmlToText(html);
  if (text === '' || page === '') return [text || page].filter(Boolean);
  const [textWords, pageWords] = [wordSet(text), wordSet(page)];
  if (isWithin(pageWords, textWords)) return [text];
  return isWithin(textWords, pageWords) ? [page] : [text, page];
}

function isWithin(words: ReadonlySet<string>, others: ReadonlySet<string>): boolean {
  return [...words].every((word) => others.has(word));
}
