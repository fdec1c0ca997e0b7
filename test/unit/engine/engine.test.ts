import { describe, expect, test } from 'vitest';
import { Engine, type EngineOptions } from '../../../src/engine/engine.ts';
import { Sequence } from '../../../src/engine/sequence.ts';
import { Rank1Error } from '../../../src/base/errors.ts';
import type { StopCondition } from '../../../src/engine/stop-condition.ts';
import {
  ScriptedRunner,
  sumRule,
  tokensByHand,
  type ScriptedRunnerOptions,
} from '../../fakes/scripted-runner.ts';
import { SeededRandom } from '../../fakes/seeded-random.ts';

/** Ends on a multiple of 11, so that rows finish at their own times. */
const stopAtEleven: StopCondition = {
  next: (tokenId: number) => (tokenId % 11 === 0 ? ('finish' as const) : ('continue' as const)),
};

function makeSequence(prompt: readonly number[], maxNewTokens = 8, stopCondition = stopAtEleven): Sequence {
  return new Sequence({ promptTokenIds: Int32Array.from(prompt), maxNewTokens, stopCondition });
}

function makeEngine(runnerOptions: Partial<ScriptedRunnerOptions> = {}, options: EngineOptions = {}) {
  const runner = new ScriptedRunner({ maxSlots: 4, maxLength: 64, ...runnerOptions });
  return { runner, engine: new Engine(runner, options) };
}

async function finish(engine: Engine): Promise<void> {
  while (engine.hasWork) await engine.step();
}

/** The tokens a prompt gives when it is alone, by the runner's rule and the stop condition. */
function expectedTokens(prompt: readonly number[], maxNewTokens: number): number[] {
  const tokens = tokensByHand(sumRule(), prompt, maxNewTokens);
  const stop = tokens.findIndex((tokenId) => tokenId % 11 === 0);
  return stop < 0 ? tokens : tokens.slice(0, stop + 1);
}

function randomPrompts(random: SeededRandom, count: number, maxLength = 30): number[][] {
  return Array.from({ length: count }, () =>
    Array.from({ length: random.integer(1, maxLength) }, () => random.integer(0, 49)),
  );
}

describe('the scripted runner', () => {
  test('gives the tokens worked out in its header', () => {
    expect(tokensByHand(sumRule(50), [7, 3], 3)).toEqual([13, 2, 10]);
  });
});

describe('decoding', () => {
  test('gives a prompt the tokens worked out by hand', async () => {
    const { engine } = makeEngine();
    const sequence = makeSequence([7, 3], 3, { next: () => 'continue' });
    engine.add(sequence);
    await finish(engine);
    expect(sequence.newTokenIds).toEqual([13, 2, 10]);
  });

  test('gives a row the same tokens in any batch, order, number of slots and limits', async () => {
    const random = new SeededRandom(21);
    for (let round = 0; round < 150; round++) {
      const { engine } = makeEngine(
        { maxSlots: random.integer(1, 9) },
        {
          maxSlots: random.integer(1, 9),
          maxPrefillTokens: random.integer(20, 200),
          maxPaddingShare: random.next(),
        },
      );
      const sequences = randomPrompts(random, random.integer(1, 20)).map((prompt) =>
        makeSequence(prompt, random.integer(1, 12)),
      );
      // Some come while others are decoding.
      const early = sequences.filter(() => random.next() < 0.6);
      for (const sequence of early) engine.add(sequence);
      for (const sequence of sequences) {
        if (early.includes(sequence)) continue;
        await engine.step();
        engine.add(sequence);
      }
      await finish(engine);
      for (const sequence of sequences) {
        const prompt = [...sequence.promptTokenIds];
        expect(sequence.newTokenIds).toEqual(expectedTokens(prompt, sequence.maxNewTokens));
        expect(sequence.finishReason).toBe(sequence.newTokenIds.at(-1)! % 11 === 0 ? 'stop' : 'length');
      }
    }
  });

  test('shows a stop condition the watched logits of its own row', async () => {
    const { engine } = makeEngine();
    const rule = sumRule();
    const prompts = [[1, 2], [5], [9, 9, 9]];
    const seen = new Map<number, number[][]>();
    prompts.forEach((prompt, row) => {
      const next = (_tokenId: number, logits: Float32Array) => {
        seen.set(row, [...(seen.get(row) ?? []), [...logits]]);
        return 'continue' as const;
      };
      engine.add(makeSequence(prompt, 3, { next }));
    });
    await finish(engine);
    prompts.forEach((prompt, row) => {
      const tokens = tokensByHand(rule, prompt, 3);
      const expected = tokens.map((_, step) => rule([...prompt, ...tokens.slice(0, step)]).watchedLogits);
      expect(seen.get(row)).toEqual(expected);
    });
  });

  test('returns from a step exactly the sequences that took a token', async () => {
    const { engine } = makeEngine({ maxSlots: 2 });
    const sequences = [makeSequence([1], 2), makeSequence([2], 2), makeSequence([3], 2)];
    for (const sequence of sequences) engine.add(sequence);
    expect(await engine.step()).toEqual(sequences.slice(0, 2));
    expect(sequences.map((sequence) => sequence.newTokenIds.length)).toEqual([1, 1, 0]);
  });

  test('returns nothing and runs nothing when there is no work', async () => {
    const { engine, runner } = makeEngine();
    expect(await engine.step()).toEqual([]);
    expect(runner.plans).toEqual([]);
  });

  test('uses no more slots than asked for, and never more than the runner has', async () => {
    for (const [maxSlots, expected] of [
      [2, 2],
      [100, 4],
    ] as const) {
      const { engine, runner } = makeEngine({ maxSlots: 4 }, { maxSlots });
      for (let i = 0; i < 10; i++) engine.add(makeSequence([i + 1]));
      await finish(engine);
      expect(Math.max(...runner.plans.flatMap((plan) => plan.rows.map((row) => row.slot)))).toBe(
        expected - 1,
      );
    }
  });
});

describe('capacity', () => {
  test('ends a row with `length` when its slot is full', async () => {
    const { engine } = makeEngine({ maxLength: 10 });
    const sequence = makeSequence([1, 2, 3, 4, 5, 6, 7], 100, { next: () => 'continue' });
    const full = makeSequence([1, 2, 3, 4, 5, 6, 7, 8, 9, 10], 100, { next: () => 'continue' });
    engine.add(sequence);
    engine.add(full);
    await finish(engine);
    // Seven and three more fill the slot; the token after them is produced but has no place to run.
    expect([sequence.finishReason, sequence.newTokenIds.length]).toEqual(['length', 4]);
    expect([full.finishReason, full.newTokenIds.length]).toEqual(['length', 1]);
  });

  test('refuses a prompt that does not fit a slot', () => {
    const { engine } = makeEngine({ maxLength: 3 });
    expect(() => engine.add(makeSequence([1, 2, 3, 4]))).toThrow('does not fit');
    expect(engine.hasWork).toBe(false);
  });
});

describe('abortAll', () => {
  test('ends every unfinished row, frees its slot, and leaves finished ones alone', async () => {
    const { engine } = makeEngine({ maxSlots: 2 });
    const done = makeSequence([1], 1);
    const running = makeSequence([2], 50, { next: () => 'continue' });
    const waiting = [makeSequence([3], 50), makeSequence([4], 50)];
    for (const sequence of [done, running, ...waiting]) engine.add(sequence);
    await engine.step();
    const aborted = engine.abortAll();
    expect(aborted).toEqual([running, ...waiting]);
    expect(done.finishReason).not.toBe('aborted');
    expect(aborted.every((sequence) => sequence.finishReason === 'aborted' && sequence.slot === null)).toBe(
      true,
    );
    expect([engine.hasWork, engine.numRunning]).toEqual([false, 0]);
    expect(engine.abortAll()).toEqual([]);
  });

  test('at any step leaves an engine that decodes as a new one does', async () => {
    const random = new SeededRandom(22);
    for (let numSteps = 0; numSteps < 15; numSteps++) {
      const { engine } = makeEngine();
      for (const prompt of randomPrompts(random, 7)) engine.add(makeSequence(prompt));
      for (let step = 0; step < numSteps; step++) await engine.step();
      engine.abortAll();
      const sequences = randomPrompts(random, 6).map((prompt) => makeSequence(prompt));
      for (const sequence of sequences) engine.add(sequence);
      await finish(engine);
      for (const sequence of sequences) {
        expect(sequence.newTokenIds).toEqual(expectedTokens([...sequence.promptTokenIds], 8));
      }
    }
  });

  test('is refused while a step runs, as is a second step', async () => {
    let release = (): void => undefined;
    const gate = new Promise<void>((resolve) => (release = resolve));
    const { engine } = makeEngine({ beforeStep: () => gate });
    engine.add(makeSequence([1], 1));
    const step = engine.step();
    expect(() => engine.abortAll()).toThrow('between steps');
    await expect(engine.step()).rejects.toThrow('one step at a time');
    release();
    expect(await step).toHaveLength(1);
  });
});

describe('a runner that fails', () => {
  test.each([0, 1, 2, 3])(
    'at step %i surfaces its error and leaves rows that can be aborted',
    async (failingStep) => {
      const { engine } = makeEngine({
        beforeStep: (_plan, index) => {
          if (index === failingStep) throw new Error('the device is gone');
        },
      });
      const sequences = [
        makeSequence([1, 2], 50, { next: () => 'continue' }),
        makeSequence([3], 50, { next: () => 'continue' }),
      ];
      for (const sequence of sequences) engine.add(sequence);
      for (let step = 0; step < failingStep; step++) await engine.step();
      const tokensBefore = sequences.map((sequence) => [...sequence.newTokenIds]);
      await expect(engine.step()).rejects.toThrow('the device is gone');
      // No row has taken a token of the step that failed.
      expect(sequences.map((sequence) => sequence.newTokenIds)).toEqual(tokensBefore);
      expect(engine.abortAll()).toHaveLength(2);
      const after = makeSequence([7, 3], 3);
      engine.add(after);
      await finish(engine);
      expect(after.newTokenIds).toEqual(expectedTokens([7, 3], 3));
    },
  );

  test('with too few rows is a fault that surfaces', async () => {
    const { engine } = makeEngine();
    const broken = new Engine({
      maxSlots: 2,
      maxLength: 10,
      run: () => Promise.resolve({ tokenIds: new Int32Array(1), watchedLogits: new Float32Array(4) }),
      dispose: () => Promise.resolve(),
    });
    broken.add(makeSequence([1], 5, { next: () => 'continue' }));
    broken.add(makeSequence([2], 5, { next: () => 'continue' }));
    await expect(broken.step()).rejects.toThrow('too few rows');
    expect(engine.hasWork).toBe(false);
  });
});

describe('a step that does not fit into memory', () => {
  const outOfMemory = () => new Rank1Error('out-of-memory', 'There is no room for so many rows.');

  test.each([1, 2, 3, 5])('is tried with fewer rows until %i fit, and no row loses a token', async (room) => {
    const random = new SeededRandom(23);
    for (let round = 0; round < 20; round++) {
      const startsAt = random.integer(0, 12);
      const { engine, runner } = makeEngine(
        {
          maxSlots: 9,
          survivesFaults: true,
          beforeStep: (plan, index) => {
            if (index >= startsAt && plan.rows.length > room) throw outOfMemory();
          },
        },
        { leadRows: random.integer(1, 9) },
      );
      const sequences = randomPrompts(random, 14).map((prompt) => makeSequence(prompt));
      for (const sequence of sequences) engine.add(sequence);
      await finish(engine);
      for (const sequence of sequences)
        expect(sequence.newTokenIds).toEqual(expectedTokens([...sequence.promptTokenIds], 8));
      // It learns: a step is not tried again and again with too many rows.
      const failed = runner.plans.filter((plan, index) => index >= startsAt && plan.rows.length > room);
      expect(failed.length).toBeLessThanOrEqual(4);
    }
  });

  test('surfaces where the runner did not survive it', async () => {
    const { engine } = makeEngine({
      beforeStep: () => {
        throw outOfMemory();
      },
    });
    for (const prompt of [[1, 2], [3], [4]]) engine.add(makeSequence(prompt));
    await expect(engine.step()).rejects.toMatchObject({ code: 'out-of-memory' });
  });

  test('with a single row is an error that surfaces', async () => {
    const { engine } = makeEngine({
      survivesFaults: true,
      beforeStep: () => {
        throw outOfMemory();
      },
    });
    for (const prompt of [[1, 2], [3], [4]]) engine.add(makeSequence(prompt));
    await expect(finish(engine)).rejects.toMatchObject({ code: 'out-of-memory' });
    expect(engine.abortAll()).toHaveLength(3);
    expect(engine.hasWork).toBe(false);
  });
});

describe('stats', () => {
  test('count prefill and decode apart, with padding and times', async () => {
    let now = 0;
    const { engine } = makeEngine(
      { beforeStep: (plan) => void (now += plan.kind === 'prefill' ? 100 : 7) },
      { now: () => now, maxPaddingShare: 1 },
    );
    const next = () => 'continue' as const;
    engine.add(makeSequence([1, 2, 3, 4], 3, { next }));
    engine.add(makeSequence([1], 2, { next }));
    await finish(engine);
    expect({ ...engine.stats }).toMatchObject({
      numPrefillTokens: 5,
      numPaddedPrefillTokens: 8,
      numDecodeTokens: 3,
      numPrefillSteps: 1,
      numDecodeSteps: 2,
      prefillMs: 100,
      decodeMs: 14,
    });
  });

  test('do not count a step that failed', async () => {
    const { engine } = makeEngine({
      beforeStep: () => {
        throw new Error('no');
      },
    });
    engine.add(makeSequence([1]));
    await expect(engine.step()).rejects.toThrow('no');
    expect(engine.stats.numPrefillSteps).toBe(0);
  });
});
