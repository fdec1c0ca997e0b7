/**
 * Instructions, titles, templates, presets, the loop guard and sampled chains on the demo model through the
 * service, against transformers in float32; test/oracle/modes/make_option_fixtures.py made the fixture.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { documentText, encodePrompt } from '../../src/rank1/prompt.ts';
import { promptQuery } from '../../src/rank1/query-template.ts';
import { documentOf, optionsOracle, type OptionCase } from '../harness/demo-options.ts';
import { TESTED_FORMS } from './demo-forms.ts';
import { DemoService } from './demo-service.ts';
import { expectDemoWeights, expectVerdict } from './expect-oracle.ts';

test('the fixture was made with the weights that are here, and has cases of each kind', () => {
  expectDemoWeights(optionsOracle.weightsSha256);
  expect(optionsOracle.prompts.filter(({ title }) => title !== null).length).toBeGreaterThanOrEqual(5);
  expect(optionsOracle.guard.some(({ finishReason }) => finishReason === 'loop')).toBe(true);
  expect(optionsOracle.samples.length).toBeGreaterThanOrEqual(5);
});

describe.each(TESTED_FORMS)('the options of a run in $name against transformers', (form) => {
  let demo: DemoService;
  beforeAll(async () => {
    demo = await DemoService.over(await form.load());
  });
  afterAll(() => demo.model.dispose());

  async function expectChains(cases: readonly OptionCase[]): Promise<void> {
    for (const { oracle, finished } of await demo.judge(cases, documentOf, ({ options }) => options)) {
      const { finishReason, reasoning } = oracle;
      expect(finished).toMatchObject({ finishReason, reasoning });
      expect(finished.numNewTokens).toBe(oracle.numThought + (oracle.forced ? 1 : 0));
      expectVerdict(finished.verdict, oracle);
    }
  }

  test('instruction, title, template, preset: every prompt, chain, label and score', async () => {
    for (const one of optionsOracle.prompts) {
      const prompt = encodePrompt(demo.model.tokenizer, promptQuery(one), documentText(documentOf(one)));
      expect([...prompt]).toEqual(one.promptTokenIds);
    }
    await expectChains(optionsOracle.prompts);
  });

  test('loop guard: it ends the same chains at the same token, and leaves the others', () =>
    expectChains(optionsOracle.guard));

  test('samples: every drawn chain, its verdict, and their mean', async () => {
    const judged = await demo.judge(optionsOracle.samples, documentOf, ({ options }) => options);
    for (const { oracle: one, finished } of judged) {
      const { verdict, samples, numNewTokens } = finished;
      expect(samples?.map(({ reasoning, finishReason }) => ({ reasoning, finishReason }))).toEqual(
        one.chains.map(({ reasoning, finishReason }) => ({ reasoning, finishReason })),
      );
      one.chains.forEach((chain, sample) => expectVerdict(samples![sample]!.verdict, chain));
      expect(Math.abs(verdict!.score - one.score)).toBeLessThan(1e-4);
      const numTokens = one.chains.reduce((sum, chain) => sum + chain.numThought + (chain.forced ? 1 : 0), 0);
      expect(numNewTokens).toBe(numTokens);
    }
  });
});
