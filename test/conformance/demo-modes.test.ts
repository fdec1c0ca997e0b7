/**
 * Instant verdicts and rethought chains of the demo model through the service, against transformers in float32;
 * see test/oracle/modes/make_fixtures.py for every field.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { encodeContinuedPrompt, encodeInstantPrompt, RETHINK_CUE } from '../../src/rank1/prompt.ts';
import { modesOracle, type RethinkCase } from '../harness/demo-modes.ts';
import { TESTED_FORMS } from './demo-forms.ts';
import { DemoService } from './demo-service.ts';
import { expectDemoWeights, expectVerdict } from './expect-oracle.ts';

const documentOf = ({ document }: { readonly document: string }) => ({ text: document });

test('the fixture was made with the weights that are here', () => {
  expectDemoWeights(modesOracle.weightsSha256);
  expect(modesOracle.instant.length).toBeGreaterThanOrEqual(50);
  expect(modesOracle.rethink.filter(({ forced }) => !forced).length).toBeGreaterThanOrEqual(10);
  expect(modesOracle.rethink.filter(({ forced }) => forced).length).toBeGreaterThanOrEqual(5);
});

describe.each(TESTED_FORMS)('the modes of the demo model in $name against transformers', (form) => {
  let demo: DemoService;
  beforeAll(async () => {
    demo = await DemoService.over(await form.load());
  });
  afterAll(() => demo.model.dispose());

  test('instant: every prompt, label and score', async () => {
    for (const { query, document, promptTokenIds } of modesOracle.instant)
      expect([...encodeInstantPrompt(demo.model.tokenizer, query, document)]).toEqual(promptTokenIds);
    const judged = await demo.judge(modesOracle.instant, documentOf, () => ({ reasons: 'none' }));
    for (const { oracle, finished } of judged) {
      expectVerdict(finished.verdict, { ...oracle, forced: false });
      expect(finished).toMatchObject({ finishReason: 'verdict', numNewTokens: 1 });
    }
  });

  test('rethink: every continued prompt', () => {
    const { tokenizer } = demo.model;
    for (const { query, document, turns } of modesOracle.rethink) {
      let text = '';
      for (const { promptTokenIds, newTokenIds } of turns) {
        expect([...encodeContinuedPrompt(tokenizer, query, document, text)]).toEqual(promptTokenIds);
        text += tokenizer.decode(newTokenIds.slice(0, -2)) + RETHINK_CUE;
      }
    }
  });

  test('rethink: every chain, label and score, cut or not', async () => {
    const optionsOf = ({ rethink, maxNewTokens }: RethinkCase) => ({ rethink, maxNewTokens });
    for (const { oracle, finished, tokensAfter } of await demo.judge(
      modesOracle.rethink,
      documentOf,
      optionsOf,
    )) {
      expect(finished.reasoning).toBe(oracle.reasoning);
      for (const { promptTokenIds, newTokenIds } of oracle.turns)
        expect(tokensAfter(promptTokenIds)).toEqual(newTokenIds);
      const numThought = oracle.turns.reduce((sum, { newTokenIds }) => sum + newTokenIds.length, 0);
      expect(finished.numNewTokens).toBe(numThought + (oracle.forced ? 1 : 0));
      expectVerdict(finished.verdict, oracle);
    }
  });
});
