import { describe, expect, test } from 'vitest';
import { Sequence } from '../../../src/engine/sequence.ts';
import type { StopCondition } from '../../../src/engine/stop-condition.ts';

const LOGITS = Float32Array.of(1, 2);
const goOn = { next: () => 'continue' as const };

function makeSequence(promptLength: number, maxNewTokens: number, stopCondition: StopCondition = goOn) {
  return new Sequence({ promptTokenIds: new Int32Array(promptLength), maxNewTokens, stopCondition });
}

describe('Sequence', () => {
  test('counts all its tokens, and all but the newest as cached', () => {
    const sequence = makeSequence(5, 10);
    sequence.append(7, LOGITS, 100);
    expect([sequence.numTokens, sequence.numCachedTokens, sequence.lastTokenId]).toEqual([6, 5, 7]);
    sequence.append(8, LOGITS, 100);
    expect([sequence.numTokens, sequence.numCachedTokens, sequence.lastTokenId]).toEqual([7, 6, 8]);
    expect(sequence.newTokenIds).toEqual([7, 8]);
  });

  test('has no last token before its first step', () => {
    expect(() => makeSequence(1, 1).lastTokenId).toThrow('no token');
  });

  test('shows its stop condition each token with the logits of its step', () => {
    const seen: [number, number[]][] = [];
    const next = (id: number, logits: Float32Array) => {
      seen.push([id, [...logits]]);
      return 'continue' as const;
    };
    const sequence = makeSequence(1, 10, { next });
    sequence.append(3, Float32Array.of(1, -1), 100);
    sequence.append(4, Float32Array.of(2, -2), 100);
    expect(seen).toEqual([
      [3, [1, -1]],
      [4, [2, -2]],
    ]);
  });

  test('ends with `stop` when its stop condition says so, and keeps that token', () => {
    const sequence = makeSequence(1, 10, { next: (id) => (id === 9 ? 'finish' : 'continue') });
    sequence.append(1, LOGITS, 100);
    expect(sequence.finishReason).toBeNull();
    sequence.append(9, LOGITS, 100);
    expect(sequence.finishReason).toBe('stop');
    expect(sequence.newTokenIds).toEqual([1, 9]);
  });

  test('ends with `length` at its last allowed token', () => {
    const sequence = makeSequence(1, 2);
    sequence.append(1, LOGITS, 100);
    expect(sequence.finishReason).toBeNull();
    sequence.append(1, LOGITS, 100);
    expect(sequence.finishReason).toBe('length');
  });

  test('ends with `stop`, not `length`, when the last allowed token is the answer', () => {
    const sequence = makeSequence(1, 1, { next: () => 'finish' });
    sequence.append(1, LOGITS, 100);
    expect(sequence.finishReason).toBe('stop');
  });

  test('ends with `length` when the newest token has no room to be run', () => {
    const sequence = makeSequence(9, 10);
    sequence.append(1, LOGITS, 10);
    expect(sequence.finishReason).toBeNull();
    sequence.append(1, LOGITS, 10);
    expect(sequence.finishReason).toBe('length');
  });

  test('takes no token after its end', () => {
    const sequence = makeSequence(1, 1);
    sequence.append(1, LOGITS, 10);
    expect(() => sequence.append(1, LOGITS, 10)).toThrow('finished');
  });

  test('needs a prompt and room for an answer', () => {
    expect(() => makeSequence(0, 1)).toThrow('prompt token');
    expect(() => makeSequence(1, 0)).toThrow('new token');
  });
});
