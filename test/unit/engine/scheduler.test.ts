import { describe, expect, test } from 'vitest';
import { Scheduler, type ScheduledStep, type SchedulerLimits } from '../../../src/engine/scheduler.ts';
import { Sequence } from '../../../src/engine/sequence.ts';
import { SeededRandom } from '../../fakes/seeded-random.ts';

const LIMITS: SchedulerLimits = {
  maxSlots: 4,
  maxPrefillTokens: 1000,
  maxPaddingShare: 0.25,
  prefixTokenIds: new Int32Array(0),
  // All at once, but where a test is about the leading rows.
  leadRows: Infinity,
  leadSteps: 4,
};

function makeSequence(promptLength: number, maxNewTokens = 3): Sequence {
  return new Sequence({
    promptTokenIds: new Int32Array(promptLength).fill(1),
    maxNewTokens,
    stopCondition: { next: () => 'continue' },
  });
}

/** A scheduler with these prompts waiting. */
function schedulerWith(lengths: readonly number[], limits: Partial<SchedulerLimits> = {}, maxNewTokens = 3) {
  const scheduler = new Scheduler({ ...LIMITS, ...limits });
  const sequences = lengths.map((length) => makeSequence(length, maxNewTokens));
  for (const sequence of sequences) scheduler.add(sequence);
  return { scheduler, sequences };
}

/** What the engine does with a step: one token each, finished ones removed. */
function takeStep(scheduler: Scheduler): ScheduledStep | null {
  const step = scheduler.schedule();
  for (const sequence of step?.sequences ?? []) {
    sequence.append(1, new Float32Array(2), 10_000);
    if (sequence.finishReason !== null) scheduler.remove(sequence);
  }
  return step;
}

function allSteps(scheduler: Scheduler): ScheduledStep[] {
  const steps: ScheduledStep[] = [];
  for (let step = takeStep(scheduler); step !== null; step = takeStep(scheduler)) steps.push(step);
  return steps;
}

const prefillLengths = (step: ScheduledStep | null) =>
  step?.plan.kind === 'prefill' ? step.plan.rows.map((row) => row.tokenIds.length) : null;

describe('a prefill step', () => {
  test('takes no more rows than there are free slots', () => {
    const { scheduler } = schedulerWith([10, 10, 10, 10, 10, 10]);
    expect(prefillLengths(takeStep(scheduler))).toEqual([10, 10, 10, 10]);
    expect(takeStep(scheduler)?.plan.kind).toBe('decode');
  });

  test('stays below its limit of padded tokens', () => {
    const { scheduler } = schedulerWith([40, 40, 40, 40], { maxPrefillTokens: 100 });
    expect(prefillLengths(takeStep(scheduler))).toEqual([40, 40]);
  });

  test('takes a prompt longer than the limit alone, for it must run some time', () => {
    const { scheduler } = schedulerWith([150, 10, 10], { maxPrefillTokens: 100 });
    expect(prefillLengths(takeStep(scheduler))).toEqual([150]);
    expect(prefillLengths(takeStep(scheduler))).toEqual([10, 10]);
  });

  test('pulls rows of like length forward past one that would be mostly padding', () => {
    const { scheduler, sequences } = schedulerWith([100, 5, 98, 6, 95]);
    expect(takeStep(scheduler)?.sequences).toEqual([sequences[0], sequences[2], sequences[4]]);
    expect(prefillLengths(takeStep(scheduler))).toEqual([5]);
  });

  test('always takes the head of the queue, so that nothing waits for ever', () => {
    const { scheduler, sequences } = schedulerWith([5, 100, 100, 100, 100], { maxSlots: 2 });
    expect(takeStep(scheduler)?.sequences[0]).toBe(sequences[0]);
  });

  test('gives each row a slot of its own and the tokens of its prompt', () => {
    const { scheduler, sequences } = schedulerWith([3, 3, 3]);
    const plan = scheduler.schedule()?.plan;
    expect(plan?.kind === 'prefill' && plan.rows.map((row) => [row.slot, row.tokenIds])).toEqual(
      sequences.map((sequence, slot) => [slot, sequence.promptTokenIds]),
    );
  });
});

describe('the first rows', () => {
  test('produce a few tokens before the others join them', () => {
    const { scheduler, sequences } = schedulerWith(
      [10, 10, 10, 10, 10, 10],
      { maxSlots: 5, leadRows: 2 },
      50,
    );
    expect(takeStep(scheduler)?.sequences).toEqual(sequences.slice(0, 2));
    const kinds = [1, 2, 3, 4, 5, 6].map(() => takeStep(scheduler)?.plan.kind);
    expect(kinds).toEqual(['decode', 'decode', 'decode', 'decode', 'prefill', 'decode']);
    expect(scheduler.numRunning).toBe(5);
  });

  test('are joined by the others as soon as one of them ends', () => {
    const scheduler = new Scheduler({ ...LIMITS, leadRows: 2, leadSteps: 40 });
    const sequences = [9, 3, 9, 9].map((maxNewTokens) => makeSequence(10, maxNewTokens));
    for (const sequence of sequences) scheduler.add(sequence);
    const steps = [1, 2, 3, 4, 5].map(() => takeStep(scheduler));
    expect(steps.map((step) => step?.plan.kind)).toEqual([
      'prefill',
      'decode',
      'decode',
      'prefill',
      'decode',
    ]);
    expect(sequences[1]!.finishReason).toBe('length');
    expect(steps[3]?.sequences).toEqual(sequences.slice(2));
  });

  test('are not waited for when they are done sooner', () => {
    const { scheduler, sequences } = schedulerWith([10, 10, 10], { maxSlots: 4, leadRows: 1 }, 2);
    expect(takeStep(scheduler)?.sequences).toEqual(sequences.slice(0, 1));
    expect(takeStep(scheduler)?.plan.kind).toBe('decode');
    expect(takeStep(scheduler)?.sequences).toEqual(sequences.slice(1));
  });
});

describe('rows behind a prefix', () => {
  const prefixTokenIds = Int32Array.of(1, 1, 1);

  test('share a step only with their like, and their padding is counted behind it', () => {
    const { scheduler, sequences } = schedulerWith([13, 10], { prefixTokenIds });
    const odd = new Sequence({
      promptTokenIds: Int32Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12),
      maxNewTokens: 3,
      stopCondition: { next: () => 'continue' },
    });
    // The prefix alone has nothing behind it.
    const bare = makeSequence(3);
    scheduler.add(odd);
    scheduler.add(bare);
    const step = takeStep(scheduler);
    // 17 of 20 tokens behind the prefix: less than a quarter is padding.
    expect([step?.sequences, step?.plan]).toMatchObject([sequences, { numPrefixTokens: 3 }]);
    expect(takeStep(scheduler)).toMatchObject({ sequences: [odd], plan: { numPrefixTokens: 0 } });
  });

  test('wait for another step where padding behind the prefix would be too much', () => {
    // 1 - 17 / 24 of the steps without a prefix would be little enough, 1 - 14 / 20 behind it is not.
    const { scheduler, sequences } = schedulerWith([13, 7], { prefixTokenIds });
    expect(takeStep(scheduler)?.sequences).toEqual(sequences.slice(0, 1));
  });
});

describe('a decode step', () => {
  test('takes every row in flight, each with its newest token at its position', () => {
    const { scheduler } = schedulerWith([3, 3]);
    takeStep(scheduler);
    expect(scheduler.schedule()?.plan).toEqual({
      kind: 'decode',
      rows: [
        { slot: 0, tokenId: 1, position: 3 },
        { slot: 1, tokenId: 1, position: 3 },
      ],
    });
  });
});

describe('the order of steps', () => {
  test('refills a freed slot in the very next step', () => {
    const { scheduler, sequences } = schedulerWith([10, 10], { maxSlots: 2 }, 9);
    takeStep(scheduler);
    takeStep(scheduler);
    const late = makeSequence(10);
    scheduler.add(late);
    expect(takeStep(scheduler)?.plan.kind).toBe('decode');
    const [first] = sequences;
    if (!first) throw new Error('there is a first one');
    const slot = first.slot;
    scheduler.remove(first);
    expect(takeStep(scheduler)?.sequences).toEqual([late]);
    expect(late.slot).toBe(slot);
  });

  test('fills the batch before it decodes', () => {
    const { scheduler } = schedulerWith([90, 90, 90, 90], { maxPrefillTokens: 100, maxSlots: 8 });
    expect([1, 2, 3, 4, 5].map(() => takeStep(scheduler)?.plan.kind)).toEqual([
      'prefill',
      'prefill',
      'prefill',
      'prefill',
      'decode',
    ]);
  });

  test('goes on decoding between prefills once the batch is half full', () => {
    const { scheduler } = schedulerWith([90, 90, 90, 90], { maxPrefillTokens: 100, maxSlots: 4 }, 9);
    expect([1, 2, 3, 4, 5, 6].map(() => takeStep(scheduler)?.plan.kind)).toEqual([
      'prefill',
      'prefill',
      'decode',
      'prefill',
      'decode',
      'prefill',
    ]);
  });

  test('never starves a row behind rows that end with their first token', () => {
    const { scheduler } = schedulerWith([10], { maxSlots: 8 }, 50);
    takeStep(scheduler);
    // Each is one prefill step, and none ever adds to the batch.
    for (let i = 0; i < 100; i++) scheduler.add(makeSequence(10 + 100 * i, 1));
    const kinds = Array.from({ length: 40 }, () => takeStep(scheduler)?.plan.kind);
    expect(kinds.filter((kind) => kind === 'decode').length).toBeGreaterThanOrEqual(40 / 5);
  });

  test('says that there is nothing to do when all is done', () => {
    const { scheduler } = schedulerWith([5]);
    expect(scheduler.hasWork).toBe(true);
    expect(allSteps(scheduler)).toHaveLength(3);
    expect(scheduler.hasWork).toBe(false);
    expect(scheduler.schedule()).toBeNull();
  });
});

describe('remove', () => {
  test('takes a sequence out of the queue before it ever ran', () => {
    const { scheduler, sequences } = schedulerWith([5, 5, 5], { maxSlots: 1 });
    const [first, second, third] = sequences;
    if (!first || !second || !third) throw new Error('there are three');
    scheduler.remove(second);
    expect(scheduler.unfinished).toEqual([first, third]);
    expect(allSteps(scheduler).flatMap((step) => step.sequences)).not.toContain(second);
  });
});

describe('any queue', () => {
  test('is served within every limit, each row once and in fair turn', () => {
    const random = new SeededRandom(5);
    for (let round = 0; round < 200; round++) {
      const limits = {
        maxSlots: random.integer(1, 9),
        maxPrefillTokens: random.integer(50, 400),
        maxPaddingShare: random.next() / 2,
        prefixTokenIds: new Int32Array(0),
        leadRows: random.integer(1, 9),
        leadSteps: random.integer(1, 9),
      };
      const lengths = Array.from({ length: random.integer(1, 30) }, () => random.integer(1, 120));
      const scheduler = new Scheduler(limits);
      const sequences = lengths.map((length) => makeSequence(length, random.integer(1, 12)));
      for (const sequence of sequences) scheduler.add(sequence);
      const half = Math.ceil(limits.maxSlots / 2);
      let waited = 0;
      for (let numRunning = 0; scheduler.hasWork; numRunning = scheduler.numRunning) {
        const head = scheduler.unfinished[numRunning];
        const step = takeStep(scheduler);
        if (!step) throw new Error('there is work but no step');
        expect(step.sequences.length).toBeGreaterThan(0);
        expect(scheduler.numRunning).toBeLessThanOrEqual(limits.maxSlots);
        const padded = prefillLengths(step);
        if (!padded) {
          waited = 0;
          continue;
        }
        expect(step.sequences[0]).toBe(head);
        if (numRunning > 0) waited++;
        expect(waited).toBeLessThanOrEqual(numRunning >= half ? Math.max(1, half) : half);
        const area = Math.max(...padded) * padded.length;
        const tokens = padded.reduce((sum, length) => sum + length, 0);
        if (padded.length > 1) {
          expect(area).toBeLessThanOrEqual(limits.maxPrefillTokens);
          expect(1 - tokens / area).toBeLessThanOrEqual(limits.maxPaddingShare + 1e-12);
        }
      }
      expect(sequences.every((sequence) => sequence.newTokenIds.length === sequence.maxNewTokens)).toBe(true);
      expect(sequences.every((sequence) => sequence.slot === null)).toBe(true);
    }
  });
});
