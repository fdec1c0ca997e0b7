/** A page's text from the places of its glyphs: made-up pages whose reading order is known. */
import { describe, expect, test } from 'vitest';
import { layOutPage } from '../../../../src/app/import/pdf-layout.ts';
import type { PageText } from '../../../../src/app/import/pdf-lines.ts';

/** Ten units high, five wide a character; `angle` in degrees. */
const item = (str: string, x: number, y: number, { size = 10, angle = 0, fontName = 'f' } = {}) => {
  const [sin, cos] = [Math.sin((angle * Math.PI) / 180), Math.cos((angle * Math.PI) / 180)];
  const transform = [size * cos, size * sin, -size * sin, size * cos, x, y];
  return { str, transform, width: str.length * size * 0.5, height: size, fontName };
};
const lay = (...items: readonly object[]): PageText =>
  layOutPage({ items, styles: { f: {}, v: { vertical: true } } });
const textOf = (...items: readonly object[]): string => lay(...items).text;

/** What stands on the page where the text has `words`. */
function placesOf({ text, spans }: PageText, words: string) {
  const start = text.indexOf(words);
  return spans.filter((span) => span.start < start + words.length && span.end > start);
}

describe('words', () => {
  test('have a space between them where there is a gap, and none where there is none', () => {
    expect(textOf(item('Pay', 0, 0), item('ment', 15, 0), item('of', 38, 0))).toBe('Payment of');
  });

  test("of one line stay on it where a footnote's number stands higher", () => {
    expect(textOf(item('approved', 0, 100), item('1', 40, 104, { size: 6 }), item('by', 46, 100))).toBe(
      'approved1 by',
    );
  });

  test('drawn twice are read once, and doubled letters twice', () => {
    expect(textOf(item('Bold', 0, 0), item('Bold', 0.4, 0.1))).toBe('Bold');
    expect(textOf(item('a', 0, 0), item('l', 5, 0), item('l', 10, 0))).toBe('all');
  });

  test("broken at a line's end are joined, and both halves are known by their places", () => {
    const page = lay(item('the indemni-', 0, 100), item('fication of all', 0, 88));
    expect(page.text).toBe('the indemnification\nof all');
    expect(placesOf(page, 'indemnification').map(({ y }) => y)).toEqual([100, 88]);
    expect(placesOf(page, 'of all').map(({ x, y }) => [x, y])).toEqual([[40, 88]]);
    expect(page.lines).toEqual([
      { first: 1, last: 2 },
      { first: 2, last: 2 },
    ]);
  });

  test('keep a hyphen that is their own: before a capital, and where the page has it elsewhere', () => {
    expect(textOf(item('Jean-', 0, 100), item('Paul', 0, 88))).toBe('Jean-\nPaul');
    expect(textOf(item('a well-', 0, 100), item('known man', 0, 88), item('well-known', 0, 76))).toBe(
      'a well-known\nman\nwell-known',
    );
  });
});

describe('order', () => {
  const long = 'a line of a column that is long';
  test('is that of columns, below what runs over both', () => {
    const items = [item('A heading that runs over both of the columns of the page', 0, 200)];
    // Drawn line by line, over both columns.
    for (let n = 0; n < 6; n++)
      items.push(item(`L${n} ${long}`, 0, 180 - n * 12), item(`R${n} ${long}`, 190, 180 - n * 12));
    const starts = textOf(...items)
      .split('\n')
      .map((line) => line.slice(0, 2));
    expect(starts).toEqual(['A ', 'L0', 'L1', 'L2', 'L3', 'L4', 'L5', 'R0', 'R1', 'R2', 'R3', 'R4', 'R5']);
  });

  test('is that of rows in a table', () => {
    const items = [];
    for (let n = 0; n < 6; n++)
      items.push(item(`${n}0.00`, 300, 180 - n * 12), item(`Name ${n}`, 0, 180 - n * 12));
    expect(textOf(...items).split('\n')[1]).toBe('Name 1 10.00');
  });

  test('is from right to left in Hebrew, with numbers and names as they are written', () => {
    const line = [['.', 0], ['2009', 5], ['באוקטובר', 34], ['Holdings', 114], ['Zephyr', 80], ['החברה שילמה', 160]] as const; // prettier-ignore
    expect(textOf(...line.map(([text, x]) => item(text, x, 0)))).toBe(
      'החברה שילמה Zephyr Holdings באוקטובר 2009.',
    );
  });

  test('is down and to the left in vertical Chinese, whether the font says so or the places do', () => {
    const down = (text: string, x: number, fontName: string) =>
      [...text].map((character, n) => ({ ...item(character, x, 200 - n * 10, { fontName }), width: 10 }));
    const expected = '港口文件只有三頁\n無人簽署這些文件';
    for (const font of ['v', 'f'])
      expect(textOf(...down('無人簽署這些文件', 0, font), ...down('港口文件只有三頁', 16, font))).toBe(
        expected,
      );
  });

  test('has what is turned after what is not', () => {
    expect(
      textOf(
        item('margin', 300, 0, { angle: 90 }),
        item('note', 300, 40, { angle: 90 }),
        item('The page', 0, 50),
        item('goes on', 0, 38),
        item('and on', 0, 26),
      ),
    ).toBe('The page\ngoes on\nand on\nmargin note');
  });
});

test('a page of thousands of cells is laid out as rows', () => {
  const items = [];
  for (let row = 0; row < 150; row++)
    for (let column = 0; column < 20; column++)
      items.push(item(`r${row}c${column}`, column * 50, 3_000 - row * 12));
  const lines = textOf(...items).split('\n');
  expect(lines).toHaveLength(150);
  expect(lines[3]).toMatch(/^r3c0 r3c1 r3c2 .* r3c19$/);
});
