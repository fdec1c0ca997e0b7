import { describe, expect, test } from 'vitest';
import type { Verdict } from '../../../src/protocol/rerank-api.ts';
import {
  chainProtocol,
  type ChainOutcome,
  type ProtocolOptions,
  type ProtocolStep,
  type StepResult,
} from '../../../src/rank1/chain-protocol.ts';
import { INSTANT_REASONING } from '../../../src/rank1/prompt.ts';

const YES: Verdict = { label: 'true', score: 0.9, logitDifference: 2, forced: false };
const NO: Verdict = { label: 'false', score: 0.1, logitDifference: -2, forced: false };
const verdict = (reasoning: string, found = YES, numTokens = 10): StepResult => ({
  type: 'verdict',
  verdict: found,
  reasoning,
  numTokens,
});
const unanswered = (reasoning: string, loops = false): StepResult => ({
  type: 'unanswered',
  reasoning,
  loops,
});
const NO_ROOM: StepResult = { type: 'no-room' };

/** Runs the protocol on a driver that answers with `results`, in order. */
function run(options: ProtocolOptions, results: readonly StepResult[]) {
  const protocol = chainProtocol(options);
  const steps: ProtocolStep[] = [];
  let step = protocol.next();
  for (const result of results) {
    if (step.done) break;
    steps.push(step.value);
    step = protocol.next(result);
  }
  if (!step.done) steps.push(step.value);
  return { steps, outcome: step.done ? step.value : null };
}

describe("rank1's protocol", () => {
  test.each<[string, ProtocolOptions, StepResult[], object[], Partial<ChainOutcome>]>([
    [
      'thinks, and takes the verdict',
      { maxNewTokens: 50 },
      [verdict('Hm. ')],
      [{ type: 'think', before: '', maxNewTokens: 50 }],
      { finishReason: 'verdict', verdict: YES, reasoning: 'Hm.' },
    ],
    [
      'asks at once without reasons, and that is not forced',
      { reasons: 'none', maxNewTokens: 1 },
      [verdict('', NO, 1)],
      [{ type: 'answer', reasoning: INSTANT_REASONING }],
      { finishReason: 'verdict', verdict: NO, reasoning: '' },
    ],
    [
      'asks a chain that has not answered, after its last whole sentence',
      { maxNewTokens: 50 },
      [unanswered('It is. And so'), verdict('', NO)],
      [{ type: 'think' }, { type: 'answer', reasoning: 'It is.' }],
      { finishReason: 'length', verdict: { ...NO, forced: true }, reasoning: 'It is. And so' },
    ],
    [
      'asks a chain that loops',
      { maxNewTokens: 50 },
      [unanswered('So. So. So.', true), verdict('')],
      [{ type: 'think' }, { type: 'answer', reasoning: 'So. So. So.' }],
      { finishReason: 'loop', verdict: { ...YES, forced: true } },
    ],
    [
      'thinks on with what is left of the limit; the last verdict counts',
      { maxNewTokens: 50, rethink: 2 },
      [verdict('A.', YES, 20), verdict('B.', NO, 25), verdict('C.', YES, 5)],
      [
        { before: '', maxNewTokens: 50 },
        { before: 'A.\nWait', maxNewTokens: 30 },
        { before: 'A.\nWaitB.\nWait', maxNewTokens: 5 },
      ],
      { finishReason: 'verdict', verdict: YES, reasoning: 'A.\nWaitB.\nWaitC.' },
    ],
    [
      'keeps its verdict when the limit is used up',
      { maxNewTokens: 20, rethink: 3 },
      [verdict('A.', NO, 20)],
      [{ before: '' }],
      { finishReason: 'verdict', verdict: NO, reasoning: 'A.' },
    ],
    [
      'keeps its verdict and its chain, without the cue, when there is no room to think on',
      { maxNewTokens: 50, rethink: 1 },
      [verdict('A.', NO), NO_ROOM],
      [{ before: '' }, { before: 'A.\nWait' }],
      { finishReason: 'verdict', verdict: NO, reasoning: 'A.' },
    ],
    [
      'asks a continuation that has not answered, with the whole chain',
      { maxNewTokens: 50, rethink: 1 },
      [verdict('A.'), unanswered(' B? C'), verdict('', NO)],
      [{}, {}, { type: 'answer', reasoning: 'A.\nWait B?' }],
      { finishReason: 'length', verdict: { ...NO, forced: true } },
    ],
    [
      'says when the prompt does not fit',
      { maxNewTokens: 50 },
      [NO_ROOM],
      [{}],
      { finishReason: 'prompt-too-long', verdict: null, reasoning: '' },
    ],
    [
      'says when an instant prompt does not fit',
      { reasons: 'none', maxNewTokens: 1 },
      [NO_ROOM],
      [{}],
      { finishReason: 'prompt-too-long', verdict: null },
    ],
    [
      'makes up no verdict where a step gave none',
      { maxNewTokens: 50, rethink: 1 },
      [verdict('A.'), { type: 'failed', reasoning: ' B.' }],
      [{}, {}],
      { finishReason: 'failed', verdict: null, reasoning: 'A.\nWait B.' },
    ],
    [
      'nor where the answer was asked for',
      { maxNewTokens: 50 },
      [unanswered('A.'), { type: 'failed', reasoning: '' }],
      [{}, {}],
      { finishReason: 'failed', verdict: null, reasoning: 'A.' },
    ],
  ])('%s', (_, options, results, steps, outcome) => {
    const ran = run(options, results);
    expect(ran.steps).toMatchObject(steps);
    expect(ran.steps).toHaveLength(steps.length);
    expect(ran.outcome).toMatchObject(outcome);
  });

  test('gives up the end of a chain until its answer can be asked for, a different text each time', () => {
    const chain = Array.from({ length: 40 }, (_, i) => `Sentence ${i}.`).join(' ');
    const { steps, outcome } = run({ maxNewTokens: 50 }, [
      unanswered(chain),
      NO_ROOM,
      NO_ROOM,
      NO_ROOM,
      verdict('', NO),
    ]);
    const asked = steps.flatMap((step) => (step.type === 'answer' ? [step.reasoning] : []));
    expect(asked).toHaveLength(4);
    expect(asked[0]).toBe(chain);
    for (const [i, text] of asked.slice(1).entries()) {
      expect(asked[i]?.startsWith(text)).toBe(true);
      expect(text.length).toBeLessThan(asked[i]!.length);
      expect(text.endsWith('.')).toBe(true);
    }
    expect(outcome).toMatchObject({ finishReason: 'length', reasoning: chain });
  });

  test('ends when not even an empty chain leaves room', () => {
    const { outcome } = run({ maxNewTokens: 50 }, [
      unanswered('A. B. C.'),
      ...Array<StepResult>(200).fill(NO_ROOM),
    ]);
    expect(outcome).toMatchObject({ finishReason: 'prompt-too-long', verdict: null });
  });
});
