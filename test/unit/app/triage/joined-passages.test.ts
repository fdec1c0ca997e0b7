import { expect, test } from 'vitest';
import { filePassages } from '../../../../src/app/import/file-passages.ts';
import { joinPassages } from '../../../../src/app/triage/joined-passages.ts';

const SENTENCES = Array.from(
  { length: 120 },
  (_, n) => `Sentence ${n} says that ${n * n} is a square of a number.`,
);
const TEXT = SENTENCES.join(' ');

async function passagesOf(text: string) {
  const { passages } = await filePassages([{ text, lines: { first: 1 } }]);
  expect(passages.length).toBeGreaterThan(3);
  return passages;
}

const textOf = (blocks: ReturnType<typeof joinPassages>): string =>
  blocks
    .map(({ passage, start, end }) => passage.text.slice(start, end))
    .join(' ')
    .replace(/\s+/g, ' ')
    .trim();

test('passages that overlap make up the text again, each sentence once', async () => {
  const passages = await passagesOf(TEXT);
  expect(textOf(joinPassages(passages, 0, passages.length, null))).toBe(TEXT);
});

test('the passage in question is shown whole, and still nothing twice', async () => {
  const passages = await passagesOf(TEXT);
  for (let whole = 0; whole < passages.length; whole++) {
    const blocks = joinPassages(passages, 0, passages.length, whole);
    expect(textOf(blocks)).toBe(TEXT);
    expect(blocks[whole]).toMatchObject({ start: 0, end: passages[whole]?.text.length });
  }
});

test('texts of different pages and records are not joined', () => {
  const passage = (page: number) => ({ text: 'The same header on each page', hash: String(page), page });
  const blocks = joinPassages([passage(1), passage(2)], 0, 2, null);
  expect(blocks.map(({ start, end, isNewPlace }) => [start, end, isNewPlace])).toEqual([
    [0, 28, true],
    [0, 28, true],
  ]);
});
