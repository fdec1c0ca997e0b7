import { describe, expect, it } from 'vitest';
import { markChain, markPassage, splitStretches, type Stretch } from '../../../src/ui/think-chain/quotes.ts';

const PASSAGE = 'In 1908 Rutherford reported that atoms (mostly empty) scatter rays. "Odd," he said.';

const marked = (stretches: Stretch[]): string[] =>
  stretches.filter(({ quoted }) => quoted).map(({ text }) => text);
const whole = (stretches: Stretch[]): string => stretches.map(({ text }) => text).join('');

describe('quotes of a chain', () => {
  it('are marked in chain and passage, without the dots that lead them in', () => {
    const chain = 'Asked: a date. Rutherford: "… Rutherford reported that"; meeting: missing.';
    expect(marked(markChain(chain, PASSAGE))).toEqual(['Rutherford reported that']);
    expect(marked(markPassage(PASSAGE, chain))).toEqual(['Rutherford reported that']);
  });

  it.each(['"Rutherford  reported"', '“rutherford reported”', '"… Rutherford reported …"'])(
    'are found as %s',
    (quote) => {
      expect(marked(markPassage(PASSAGE, `It says ${quote}.`))).toEqual(['Rutherford reported']);
    },
  );

  it('stay plain where the passage does not hold them', () => {
    expect(marked(markChain('It says "Bohr reported".', PASSAGE))).toEqual([]);
  });

  it('stay plain until they are closed, as while a chain streams', () => {
    expect(marked(markChain('It says "… Rutherford rep', PASSAGE))).toEqual([]);
  });

  it('may hold characters that mean something in a pattern', () => {
    expect(marked(markPassage(PASSAGE, 'See "atoms (mostly".'))).toEqual(['atoms (mostly']);
    expect(marked(markPassage('a.b*c', 'See "a.b*c".'))).toEqual(['a.b*c']);
    expect(marked(markPassage('aXb', 'See "a.b".'))).toEqual([]);
  });

  it('may hold quotation marks of the passage', () => {
    expect(marked(markPassage(PASSAGE, 'rays: "… rays. "Odd," he".'))).toContain('rays. "Odd," he');
  });

  it('become one mark where they overlap', () => {
    const stretches = markPassage(PASSAGE, '"1908 Rutherford"; "Rutherford reported"; "1908 Rutherford".');
    expect(whole(stretches)).toBe(PASSAGE);
    expect(marked(stretches)).toEqual(['1908 Rutherford reported']);
  });

  it.each(['', '""', '"""', '"a', '<b>"x"</b>', '\ud800"\udfff"'])(
    'never lose text of the chain %j',
    (chain) => {
      expect(whole(markChain(chain, PASSAGE))).toBe(chain);
    },
  );

  it('are cut where the title ends', () => {
    const stretches = markPassage('Yakutsk Yakutsk is cold', '"Yakutsk Yakutsk is".');
    const [title, text] = splitStretches(stretches, 'Yakutsk '.length);
    expect([whole(title), whole(text)]).toEqual(['Yakutsk ', 'Yakutsk is cold']);
    expect(marked(title)).toEqual(['Yakutsk ']);
    expect(marked(text)).toEqual(['Yakutsk is']);
  });
});
