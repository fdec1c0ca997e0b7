/** Sampled tokens: their distribution, their seed, and that nothing else reaches them. */
import { describe, expect, test } from 'vitest';
import { Engine } from '../../../src/engine/engine.ts';
import { Sequence } from '../../../src/engine/sequence.ts';
import { chainSeed, TemperatureSampler } from '../../../src/engine/temperature-sampler.ts';
import { ScriptedRunner, type NextTokenRule } from '../../fakes/scripted-runner.ts';
import { SeededRandom } from '../../fakes/seeded-random.ts';

const LOGITS = [1.5, -0.25, 3, 0, 2.75, -8, 1.5, 0.5];

function softmax(logits: readonly number[], temperature: number): number[] {
  const weights = logits.map((logit) => Math.exp(logit / temperature));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => weight / total);
}

describe('a sampler', () => {
  test.each([0.3, 0.6, 1, 2])('draws tokens as softmax has them at temperature %f', (temperature) => {
    const numDraws = 40_000;
    const sampler = new TemperatureSampler(temperature, 11);
    const counts = LOGITS.map(() => 0);
    for (let i = 0; i < numDraws; i++) counts[sampler.next(Float32Array.from(LOGITS)) ?? NaN]!++;
    // Pearson's chi-square over the tokens that are expected at least five times, the rest as one. With at most 7
    // degrees of freedom, 24.3 is exceeded once in a thousand seeds.
    const expected = softmax(LOGITS, temperature).map((share) => share * numDraws);
    const cells = expected.map((count, id) => ({ count, seen: counts[id]! }));
    const rare = cells.filter(({ count }) => count < 5);
    const all = [
      ...cells.filter(({ count }) => count >= 5),
      { count: rare.reduce((s, c) => s + c.count, 0), seen: rare.reduce((s, c) => s + c.seen, 0) },
    ].filter(({ count }) => count > 0.5);
    const chiSquare = all.reduce((sum, { count, seen }) => sum + (seen - count) ** 2 / count, 0);
    expect(chiSquare).toBeLessThan(24.3);
  });

  test('comes to the largest logit as the temperature comes to 0', () => {
    const random = new SeededRandom(3);
    const sampler = new TemperatureSampler(1e-6, 5);
    for (let round = 0; round < 200; round++) {
      const logits = Float32Array.from({ length: 50 }, () => random.integer(-4000, 4000) / 64 + round / 1e4);
      const max = Math.max(...logits);
      if (logits.filter((logit) => logit === max).length === 1)
        expect(sampler.next(logits)).toBe(logits.indexOf(max));
    }
  });

  test('never draws what has no weight, wherever it stands', () => {
    const logits = Float32Array.of(-Infinity, -2000, 4, 4, -2000, -Infinity);
    const sampler = new TemperatureSampler(1, 9);
    const drawn = new Set(Array.from({ length: 500 }, () => sampler.next(logits)));
    expect([...drawn].sort()).toEqual([2, 3]);
  });

  test.each([[[NaN, 1]], [[1, NaN]], [[Infinity, 1]], [[-Infinity, -Infinity]]])(
    'draws nothing from the logits %j',
    (logits) => {
      expect(new TemperatureSampler(1, 0).next(Float32Array.from(logits))).toBeNull();
    },
  );
});

describe('the seed of a chain', () => {
  test('differs with the seed, the prompt and the number of the sample', () => {
    const prompts = [
      [1, 2, 3],
      [1, 2, 4],
      [3, 2, 1],
      [1, 2],
      [0, 1, 2, 3],
      [1, 2, 3, 0],
    ];
    const seeds = [0, 1, -1, 2 ** 40 + 7].flatMap((seed) =>
      prompts.flatMap((prompt) => [0, 1, 2, 15].map((n) => chainSeed(seed, Int32Array.from(prompt), n))),
    );
    expect(new Set(seeds).size).toBe(seeds.length);
  });
});

/** Logits that depend on every token of the row. */
const rule: NextTokenRule = (tokenIds) => {
  const sum = tokenIds.reduce(
    (total, tokenId, position) => (total * 31 + tokenId * (position + 7)) % 10_007,
    1,
  );
  const logits = Array.from({ length: 12 }, (_, id) => ((sum * (id + 3)) % 101) / 25 + id / 1000);
  return { tokenId: logits.indexOf(Math.max(...logits)), watchedLogits: [logits[3]!, logits[4]!], logits };
};

async function sample(prompts: readonly number[][], maxSlots: number, temperature: number | null) {
  const engine = new Engine(new ScriptedRunner({ maxSlots, maxLength: 64, rule }), { maxPrefillTokens: 40 });
  const sequences = prompts.map((prompt) => {
    const promptTokenIds = Int32Array.from(prompt);
    const sampler =
      temperature === null ? undefined : new TemperatureSampler(temperature, chainSeed(4, promptTokenIds, 0));
    const stopCondition = {
      next: (tokenId: number) => (tokenId === 0 ? ('finish' as const) : ('continue' as const)),
    };
    const sequence = new Sequence({ promptTokenIds, maxNewTokens: 20, stopCondition, sampler });
    engine.add(sequence);
    return sequence;
  });
  while (engine.hasWork) await engine.step();
  return new Map(sequences.map((sequence, index) => [prompts[index]!.join(' '), sequence.newTokenIds]));
}

describe('sampled decoding', () => {
  const random = new SeededRandom(8);
  const prompts = Array.from({ length: 14 }, (_, n) => [
    n,
    ...Array.from({ length: random.integer(0, 12) }, () => random.integer(0, 11)),
  ]);

  test('gives a prompt the same tokens in any order and number of slots', async () => {
    const alone = await sample(prompts, 1, 1);
    for (const maxSlots of [2, 3, 5, 14]) expect(await sample(prompts, maxSlots, 1)).toEqual(alone);
    const reversed = await sample(prompts.toReversed(), 4, 1);
    for (const [prompt, tokenIds] of alone) expect(reversed.get(prompt)).toEqual(tokenIds);
  });

  test('leaves greedy rows as they are, and near temperature 0 is greedy', async () => {
    const greedy = await sample(prompts, 3, null);
    expect(await sample(prompts, 3, 1e-9)).toEqual(greedy);
    expect(await sample(prompts, 3, 1)).not.toEqual(greedy);
  });

  test('asks for a runner that hands out logits', async () => {
    const engine = new Engine(new ScriptedRunner({ maxSlots: 1, maxLength: 8 }));
    engine.add(
      new Sequence({
        promptTokenIds: Int32Array.of(1),
        maxNewTokens: 1,
        stopCondition: { next: () => 'continue' },
        sampler: new TemperatureSampler(1, 0),
      }),
    );
    await expect(engine.step()).rejects.toThrow('logits');
  });
});
