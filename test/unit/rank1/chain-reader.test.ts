import { describe, expect, test } from 'vitest';
import { RANK1_PROFILE } from '../../../src/model/scoring-profile.ts';
import { ChainReader } from '../../../src/rank1/chain-reader.ts';
import { findMarkerTokenIds } from '../../../src/rank1/markers.ts';
import { CharacterTokenizer } from '../../fakes/character-tokenizer.ts';
import { loadTokenizer } from '../tokenizer/tokenizer-files.ts';

const tokenizer = new CharacterTokenizer();
const EOS = tokenizer.addedToken('<|endoftext|>')?.id ?? -1;

function makeReader(used = tokenizer): ChainReader {
  return new ChainReader(used, findMarkerTokenIds(used), [EOS]);
}

/** Feeds a text, each step with its own logits, and says after which step the reader finished. */
function read(reader: ChainReader, tokenIds: readonly number[]) {
  const deltas: string[] = [];
  for (const [step, tokenId] of tokenIds.entries()) {
    const outcome = reader.next(tokenId, Float32Array.of(step, 0));
    deltas.push(reader.takeDelta());
    if (outcome === 'finish') return { finishedAt: step, deltas };
  }
  return { finishedAt: null, deltas };
}

describe('ChainReader', () => {
  test.each([
    ['an added token', new CharacterTokenizer()],
    ['plain text', new CharacterTokenizer([])],
  ])('finishes with the answer and the logits of its step, where the marker is %s', (_name, used) => {
    const reader = makeReader(used);
    const ids = used.encodeGenerated('Hm.\n</think> true and more');
    const { finishedAt, deltas } = read(reader, ids);
    const answerStep = ids.indexOf(findMarkerTokenIds(used).trueTokenId);
    expect(finishedAt).toBe(answerStep);
    expect(reader.verdict).toMatchObject({ label: 'true', logitDifference: answerStep, forced: false });
    expect(reader.reasoning).toBe('Hm.\n');
    expect(deltas.join('')).toBe('Hm.\n');
  });

  test('makes the score by the formula of the profile', () => {
    const profile = { ...RANK1_PROFILE, score: { offset: 1, scale: 2 } };
    const reader = new ChainReader(tokenizer, findMarkerTokenIds(tokenizer), [], { profile });
    reader.next(tokenizer.addedToken('</think>')!.id, new Float32Array(2));
    reader.next(tokenizer.encode(' true')[0]!, Float32Array.of(5, 2));
    expect(reader.verdict?.score).toBeCloseTo(1 / (1 + Math.exp(-1)), 12);
  });

  test('finishes without a verdict at the end of text', () => {
    const reader = makeReader();
    const { finishedAt } = read(reader, [
      ...tokenizer.encode('Hm.'),
      EOS,
      ...tokenizer.encodeGenerated('</think> true'),
    ]);
    expect(finishedAt).toBe(3);
    expect(reader.verdict).toBeNull();
    expect(reader.reasoning).toBe('Hm.');
  });

  test('shows neither the end of text nor a marker before it', () => {
    const reader = makeReader();
    const { deltas } = read(reader, tokenizer.encodeGenerated('Hm.</think><|endoftext|>'));
    expect([deltas.join(''), reader.reasoning, reader.verdict]).toEqual(['Hm.', 'Hm.', null]);
  });

  test('is not fooled by a model that quotes `</think> true` in plain tokens', () => {
    const reader = makeReader();
    const quote = tokenizer.encode('It says "</think> true".');
    expect(read(reader, quote).finishedAt).toBeNull();
    const { finishedAt } = read(reader, tokenizer.encodeGenerated('</think> false'));
    expect(finishedAt).toBe(1);
    expect(reader.verdict?.label).toBe('false');
    expect(reader.reasoning).toBe('It says "</think> true".');
  });

  test('hands a delta out once', () => {
    const reader = makeReader();
    reader.next(tokenizer.encode('a')[0] ?? 0, new Float32Array(2));
    expect([reader.takeDelta(), reader.takeDelta()]).toEqual(['a', '']);
  });

  test('shows a character of several tokens when it is whole', () => {
    const demo = loadTokenizer('demo');
    const reader = new ChainReader(demo, findMarkerTokenIds(demo), []);
    const ids = demo.encode('\u{1F9EC} ok');
    const { deltas } = read(reader, ids);
    expect(deltas.join('')).toBe('\u{1F9EC} ok');
    expect(deltas.every((delta) => delta.isWellFormed() && !delta.includes('\uFFFD'))).toBe(true);
  });

  test('reads the answer of the demo model by its own ids', () => {
    const demo = loadTokenizer('demo');
    const markers = findMarkerTokenIds(demo);
    const reader = new ChainReader(demo, markers, []);
    const ids = [...demo.encode('Relevant.'), markers.closeTokenId ?? -1, markers.falseTokenId ?? -1];
    expect(read(reader, ids).finishedAt).toBe(ids.length - 1);
    expect(reader.verdict).toMatchObject({ label: 'false', logitDifference: ids.length - 1 });
  });
});
