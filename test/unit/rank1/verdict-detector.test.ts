import { describe, expect, test } from 'vitest';
import { VerdictDetector } from '../../../src/rank1/verdict-detector.ts';
import { SeededRandom } from '../../fakes/seeded-random.ts';

/** A piece of generated text, or the `</think>` token. */
type Piece = string | 'CLOSE';
const CLOSE = 'CLOSE';

function detect(markerIsToken: boolean, pieces: readonly Piece[]) {
  const detector = new VerdictDetector({ markerIsToken });
  const deltas = pieces.map((piece) =>
    piece === CLOSE ? detector.push('</think>', true) : detector.push(piece, false),
  );
  return { label: detector.label, reasoning: detector.reasoning, shown: deltas.join('') };
}

describe('where the marker is plain text', () => {
  test.each([
    ['</think> true', 'true', ''],
    ['</think> false', 'false', ''],
    ['Okay.\n</think> true', 'true', 'Okay.\n'],
    ['a < b </think> false and more', 'false', 'a < b '],
    ['<</think> true', 'true', '<'],
    ['</think></think> true', 'true', '</think>'],
    ['</think> tru</think> false', 'false', '</think> tru'],
    ['</think> trueish', 'true', ''],
    ['</think> true</think> false', 'true', ''],
    // What the reference does not stop on is no verdict here either.
    ['</think>true', null, '</think>true'],
    ['</think>  true', null, '</think>  true'],
    ['</think>\ntrue', null, '</think>\ntrue'],
    ['</think> True', null, '</think> True'],
    ['</think> maybe', null, '</think> maybe'],
    ['< /think> true', null, '< /think> true'],
    ['<think> true', null, '<think> true'],
    [' true', null, ' true'],
  ])('%j is read as %j', (text, label, reasoning) => {
    expect(detect(false, [text])).toMatchObject({ label, reasoning });
  });

  test.each([
    ['</think> tr', '', 'the beginning of an answer is no reasoning'],
    ['So.</think>', 'So.', 'nor is a marker that no answer follows'],
    ['So.</thin', 'So.</thin', 'but half a marker is only text'],
    ['So. a <', 'So. a <', 'and so is a bracket'],
  ])('%j, when the chain ends there, leaves the reasoning %j: %s', (text, reasoning) => {
    expect(detect(false, [text])).toMatchObject({ label: null, reasoning });
  });

  test('shows text at once unless it may be the marker', () => {
    const detector = new VerdictDetector({ markerIsToken: false });
    expect(detector.push('It is 3 <', false)).toBe('It is 3 ');
    expect(detector.push(' 4', false)).toBe('< 4');
    expect(detector.push('</thi', false)).toBe('');
    expect(detector.push('s', false)).toBe('</this');
  });

  test('takes nothing more once it has the answer', () => {
    const detector = new VerdictDetector({ markerIsToken: false });
    detector.push('a</think> true', false);
    expect(detector.push(' b</think> false', false)).toBe('');
    expect(detector.label).toBe('true');
    expect(detector.reasoning).toBe('a');
  });

  test('ignores where one piece of text ends and the next begins', () => {
    const random = new SeededRandom(31);
    const parts = [
      '</think>',
      ' true',
      ' false',
      '<',
      '</',
      'think>',
      ' tru',
      ' fals',
      'e',
      ' ',
      'a.',
      '\n',
      '</think> true',
      '<think>',
    ];
    for (let round = 0; round < 3000; round++) {
      const text = Array.from({ length: random.integer(0, 8) }, () => random.pick(parts)).join('');
      const whole = detect(false, [text]);
      const pieces = splitAnywhere(text, random);
      const { label, reasoning, shown } = detect(false, pieces);
      expect({ label, reasoning }, JSON.stringify(pieces)).toEqual({
        label: whole.label,
        reasoning: whole.reasoning,
      });
      // The reference stops at the first of the two texts.
      const end = firstStop(text);
      expect(label).toBe(end?.label ?? null);
      if (end) expect(reasoning).toBe(text.slice(0, end.at));
      // What is shown while it streams is never taken back.
      expect(reasoning.startsWith(shown)).toBe(true);
    }
  });
});

describe('where the marker is a token', () => {
  test.each([
    [['Okay.', CLOSE, ' true'], 'true', 'Okay.'],
    [['Okay.', CLOSE, ' false'], 'false', 'Okay.'],
    [[CLOSE, ' true'], 'true', ''],
    [[CLOSE, ' tr', 'ue'], 'true', ''],
    [[CLOSE, ' ', 'false'], 'false', ''],
    [[CLOSE, ' trueish'], 'true', ''],
    [['a', CLOSE, CLOSE, ' true'], 'true', 'a</think>'],
    [['a', CLOSE, ' hm', CLOSE, ' false'], 'false', 'a</think> hm'],
    [['a', CLOSE, ' tru', CLOSE, ' false'], 'false', 'a</think> tru'],
    [['a', CLOSE, '\n', ' true'], null, 'a</think>\n true'],
    [['a', CLOSE, ' tr', 'ust', ' true'], null, 'a</think> trust true'],
    [['a', CLOSE], null, 'a'],
    [['a', CLOSE, ' tr'], null, 'a'],
  ] as [Piece[], string | null, string][])('%j is read as %j', (pieces, label, reasoning) => {
    expect(detect(true, pieces)).toMatchObject({ label, reasoning });
  });

  test.each([
    [['</think> true']],
    [['The passage says </think> true.']],
    [['<', '/', 'think', '>', ' true']],
    [['</think>', ' true']],
    [['</think', '>', ' false']],
    [[CLOSE, ' hm </think> true']],
    [['a', CLOSE, '</think>', ' true']],
  ] as [Piece[]][])('%j, which spells the marker out, is no verdict', (pieces) => {
    const { label, reasoning } = detect(true, pieces);
    expect(label).toBeNull();
    expect(reasoning).toBe(pieces.map((piece) => (piece === CLOSE ? '</think>' : piece)).join(''));
  });

  test('shows text with brackets at once', () => {
    const detector = new VerdictDetector({ markerIsToken: true });
    expect(detector.push('a <', false)).toBe('a <');
    expect(detector.push('/think', false)).toBe('/think');
  });

  test('shows the rest of a character that the marker cut short', () => {
    const detector = new VerdictDetector({ markerIsToken: true });
    expect(detector.push('\uFFFD</think>', true)).toBe('\uFFFD');
    detector.push(' true', false);
    expect(detector.label).toBe('true');
    expect(detector.reasoning).toBe('\uFFFD');
  });

  test('ignores where one piece of plain text ends and the next begins', () => {
    const random = new SeededRandom(32);
    const parts = ['</think>', ' true', ' false', '<', ' tru', ' fals', 'e', ' ', 'a.', '</think> true'];
    for (let round = 0; round < 3000; round++) {
      const pieces: Piece[] = [];
      for (let i = random.integer(0, 8); i > 0; i--)
        pieces.push(random.next() < 0.3 ? CLOSE : random.pick(parts));
      const split = joinTexts(pieces).flatMap((piece) =>
        piece === CLOSE ? [piece] : splitAnywhere(piece, random),
      );
      const [whole, parted] = [detect(true, joinTexts(pieces)), detect(true, split)];
      expect({ ...parted, shown: '' }, JSON.stringify(split)).toEqual({ ...whole, shown: '' });
      expect(parted.reasoning.startsWith(parted.shown)).toBe(true);
      // Only an answer right behind the token counts.
      const labels = joinTexts(pieces).flatMap((piece, index, all) =>
        piece !== CLOSE ? [] : (/^ (true|false)/.exec(all[index + 1] ?? '')?.[1] ?? []),
      );
      expect(whole.label).toBe(labels[0] ?? null);
    }
  });
});

function splitAnywhere(text: string, random: SeededRandom): string[] {
  const pieces: string[] = [];
  for (let at = 0; at < text.length;) {
    const end = at + random.integer(1, 5);
    pieces.push(text.slice(at, end));
    at = end;
  }
  return pieces;
}

function joinTexts(pieces: readonly Piece[]): Piece[] {
  const joined: Piece[] = [];
  for (const piece of pieces) {
    const last = joined.at(-1);
    if (piece !== CLOSE && last !== undefined && last !== CLOSE) joined[joined.length - 1] = last + piece;
    else joined.push(piece);
  }
  return joined;
}

function firstStop(text: string): { at: number; label: string } | null {
  const match = /<\/think> (true|false)/.exec(text);
  return match?.[1] ? { at: match.index, label: match[1] } : null;
}
