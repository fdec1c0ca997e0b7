import { expect, test } from 'vitest';
import { snippetOf, quotesIn } from '../../../../src/app/triage/marked-text.ts';

const FILLER = 'The weather of the year was mild and the harbour was open. '.repeat(12);

test('what a chain quotes is found where it stands', () => {
  const text = 'The city is the coldest of all.';
  const [quote] = quotesIn(text, 'It says "the coldest of all", so yes.');
  expect(quote && text.slice(quote.start, quote.end)).toBe('the coldest of all');
});

test('a snippet holds the marks, wherever in a long text they are, and begins near a sentence', () => {
  const text = `${FILLER}The tenant pays for it all in the end. ${FILLER}`;
  const start = text.indexOf('pays');
  const snippet = snippetOf(text, { quotes: [], words: [{ start, end: start + 4 }] });
  expect(snippet.start).toBeLessThanOrEqual(start);
  expect(text.slice(snippet.start)).toMatch(/^(The tenant|The weather)/);
  expect(start - snippet.start).toBeLessThan(120);
});

test('quoted evidence weighs more than words of the question', () => {
  const text = `word ${FILLER} evidence ${FILLER}`;
  const at = text.indexOf('evidence');
  const snippet = snippetOf(text, { quotes: [{ start: at, end: at + 8 }], words: [{ start: 0, end: 4 }] });
  expect(snippet.start).toBeGreaterThan(100);
  expect(snippet.start).toBeLessThanOrEqual(at);
});

test('a short text is shown whole, and one without marks from its beginning', () => {
  expect(snippetOf('short', { quotes: [], words: [{ start: 0, end: 5 }] })).toEqual({ start: 0, end: 5 });
  expect(snippetOf(FILLER, { quotes: [], words: [] }).start).toBe(0);
});
