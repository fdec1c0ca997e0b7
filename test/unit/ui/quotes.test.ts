import { describe, expect, it, vi } from 'vitest';
import { markChain, markPassage, splitStretches, type Stretch } from '../../../src/ui/think-chain/quotes.ts';

const PASSAGE = 'In 1908 Rutherford reported that atoms (mostly empty) scatter rays. "Odd," he said.';

const marked = (stretches: Stretch[]): string[] =>
  stretches.filter(({ quoted }) => quoted).map(({ text }) => text);
const whole = (stretches: Stretch[]): string => stretches.map(({ text }) => text).join('');

/** How often `passage` is searched while `mark` marks. */
function searchesOf(passage: string, mark: () => void): number {
  const exec = vi.spyOn(RegExp.prototype, 'exec');
  try {
    mark();
    return exec.mock.calls.filter(([text]) => text === passage).length;
  } finally {
    exec.mockRestore();
  }
}

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

describe('a chain full of quotation marks', () => {
  it('has each phrase searched for once, at whatever step and in chain and passage alike', () => {
    const passage = 'Bohr came later. Rutherford reported.';
    const chain = '"Rutherford reported"; "Bohr reported". '.repeat(6);
    const numSearches = searchesOf(passage, () => {
      for (let length = 1; length <= chain.length; length += 1) {
        markChain(chain.slice(0, length).trim(), passage);
        markPassage(passage, chain.slice(0, length));
      }
    });
    expect(numSearches).toBeLessThan(40);
    expect(marked(markChain(chain, passage))).toHaveLength(6);
  });

  it.each([
    ['that are all different', Array.from({ length: 400 }, (_, n) => `"${n}x" `).join('')],
    ['around nothing', `'" `.repeat(300)],
  ])('%s has only the first of them looked up', (name, chain) => {
    const passage = `A passage that holds none of the phrases ${name}.`;
    const numSearches = searchesOf(passage, () => {
      markChain(chain, passage);
      markPassage(passage, chain);
    });
    expect(numSearches).toBeLessThan(1000);
  });
});
