/** Sampled chains of the demo model through the service: their seed decides them, and their mean is the score. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RunOptions } from '../../src/protocol/rerank-api.ts';
import { wholeChains } from '../harness/demo-chains.ts';
import { TESTED_FORMS } from './demo-forms.ts';
import { DemoService, type Finished } from './demo-service.ts';

let demo: DemoService;

const query = wholeChains[0]!.query;
const texts = wholeChains
  .filter((chain) => chain.query === query)
  .slice(0, 3)
  .map(({ document }) => document);

async function rerank(documents: readonly string[], options: RunOptions, by = demo) {
  const updates = await by.rerank(
    query,
    documents.map((text) => ({ text })),
    options,
  );
  const finished = updates.filter((update): update is Finished => update.type === 'finished');
  return { updates, byText: new Map(finished.map((update) => [documents[update.index]!, update])) };
}

const wish = { samples: 2, temperature: 1, seed: 7, maxNewTokens: 30 } as const;
const chainsOf = (finished: ReadonlyMap<string, Finished>) =>
  [...finished].sort().map(([text, { samples }]) => [text, samples?.map(({ reasoning }) => reasoning)]);

describe.each(TESTED_FORMS)('sampled chains in $name', (form) => {
  beforeAll(async () => {
    demo = await DemoService.over(await form.load());
  });
  afterAll(() => demo.model.dispose());

  test('are the same for a seed in any number of slots and any order, and others for another', async () => {
    const { byText: one } = await rerank(texts, wish);
    expect([...one.values()].every(({ samples }) => samples?.length === 2)).toBe(true);
    expect(
      new Set([...one.values()].flatMap(({ samples }) => samples!.map((s) => s.reasoning))).size,
    ).toBeGreaterThan(texts.length);
    const { byText: narrow } = await rerank(texts, { ...wish, maxSlots: 1 });
    expect(chainsOf(narrow)).toEqual(chainsOf(one));
    const { byText: turned } = await rerank(texts.toReversed(), { ...wish, maxSlots: 5 });
    expect(chainsOf(turned)).toEqual(chainsOf(one));
    const { byText: other } = await rerank(texts, { ...wish, seed: 8 });
    expect(chainsOf(other)).not.toEqual(chainsOf(one));
  });

  test('have their mean for a verdict, and the nearest to it is shown; none is streamed', async () => {
    const { updates, byText } = await rerank(texts, wish);
    expect(updates.filter(({ type }) => type === 'reasoning')).toEqual([]);
    for (const { verdict, samples, reasoning, finishReason } of byText.values()) {
      const scores = samples!.map((sample) => sample.verdict.score);
      const mean = scores.reduce((sum, score) => sum + score, 0) / scores.length;
      expect(verdict!.score).toBeCloseTo(mean, 12);
      expect(verdict!.logitDifference).toBeCloseTo(Math.log(mean / (1 - mean)), 6);
      expect(verdict!.label).toBe(mean >= 0.5 ? 'true' : 'false');
      expect(verdict!.forced).toBe(samples!.some((sample) => sample.verdict.forced));
      const nearest = Math.min(...scores.map((score) => Math.abs(score - mean)));
      expect(samples).toContainEqual(expect.objectContaining({ reasoning, finishReason }));
      const shown = samples!.filter((sample) => sample.reasoning === reasoning);
      expect(shown.some((sample) => Math.abs(sample.verdict.score - mean) === nearest)).toBe(true);
    }
  });

  test('at temperature 0 are the greedy chain, once', async () => {
    const { byText: greedy } = await rerank(texts, { maxNewTokens: 30 });
    const { byText: cold } = await rerank(texts, { samples: 4, temperature: 0, maxNewTokens: 30 });
    expect(cold).toEqual(greedy);
    const { byText: almost } = await rerank(texts, { samples: 1, temperature: 1e-6, maxNewTokens: 30 });
    expect(almost).toEqual(greedy);
  });

  test('with passages and rethinking still end each document once', async () => {
    const spec = { ...demo.model.spec, maxPositions: 192 };
    const narrow = await DemoService.over({ ...demo.model, spec });
    const long = texts.join(' ').repeat(2).slice(0, 900);
    const options = { samples: 2, temperature: 1, rethink: 1, longDocuments: 'passages', maxNewTokens: 12 };
    const { byText } = await rerank([long, 'Short.'], options as RunOptions, narrow);
    expect(byText.size).toBe(2);
    expect(byText.get(long)!.passage!.numPassages).toBeGreaterThan(1);
    expect(byText.get(long)!.samples).toHaveLength(2);
  });
});
