/**
 * The demo model on native code and on WASM, in q4 and in fp32, through every layer below the worker, against transformers
 * in float32 on the same dequantised weights. The fixture's maker is independent of all code here. Each form judges its
 * cases once: tokens and verdicts are compared from that run.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { encodeForcedPrompt, encodePrompt, trimToLastSentence } from '../../src/rank1/prompt.ts';
import type { LoadedRuntime } from '../../src/service/rerank/loaded-runtime.ts';
import { cutChains, oracle, wholeChains, type OracleChain } from '../harness/demo-chains.ts';
import { loadDemoModelInNode } from '../harness/node-model.ts';
import { decodeChains } from './decode-chains.ts';
import { IS_FULL } from '../tier.ts';
import { DEMO_FORMS } from './demo-forms.ts';
import { DemoService, type Judged } from './demo-service.ts';
import { expectDemoWeights, expectVerdict } from './expect-oracle.ts';

/** Independent of how the weights are stored. */
describe('the demo model against transformers', () => {
  let model: LoadedRuntime;
  beforeAll(async () => {
    model = await loadDemoModelInNode();
  });
  afterAll(() => model.dispose());

  test('the fixture was made with the weights that are here', () => {
    expectDemoWeights(oracle.weightsSha256);
    expect(wholeChains.length).toBeGreaterThanOrEqual(100);
    expect(cutChains.length).toBeGreaterThanOrEqual(50);
    expect(cutChains.filter((chain) => chain.forced).length).toBeGreaterThan(40);
  });

  test('every prompt and every forced prompt has the ids of the Hugging Face tokenizer', () => {
    for (const chain of oracle.cases) {
      const { query, document } = chain;
      expect([...encodePrompt(model.tokenizer, query, document)]).toEqual(chain.promptTokenIds);
      if (!chain.forcedPromptTokenIds) continue;
      const reasoning = trimToLastSentence(model.tokenizer.decode(chain.newTokenIds));
      expect([...encodeForcedPrompt(model.tokenizer, query, document, reasoning)]).toEqual(
        chain.forcedPromptTokenIds,
      );
    }
  });

  test('three slots, longest prompt first, without a prefix in common, decode the same tokens', async () => {
    const chains = wholeChains
      .filter((_, index) => index % (IS_FULL ? 5 : 15) === 0)
      .sort((a, b) => b.promptTokenIds.length - a.promptTokenIds.length);
    expect(await decodeChains(model, chains, 3)).toEqual(chains.map((chain) => chain.newTokenIds));
  });
});

describe.each(DEMO_FORMS)('the demo model in $name against transformers', (form) => {
  const isCut = form.isSlow === true && !IS_FULL;
  const cases = isCut ? oracle.cases.filter((_, index) => index % 19 === 0) : oracle.cases;
  let demo: DemoService;
  let judged: Judged<OracleChain>[];
  beforeAll(async () => {
    demo = await DemoService.over(await form.load());
    judged = await demo.judge(
      cases,
      ({ document }) => ({ text: document }),
      ({ maxNewTokens }) => ({ maxNewTokens, maxSlots: 16 }),
    );
  });
  afterAll(() => demo.model.dispose());

  test('sixteen slots decode every chain token for token, those that are cut up to their limit', () => {
    for (const { oracle: chain, tokensAfter } of judged)
      expect(tokensAfter(chain.promptTokenIds)).toEqual(chain.newTokenIds);
  });

  test('the labels of whole and of forced verdicts are the same, and the scores within 1e-4', () => {
    for (const { oracle: chain, finished } of judged) expectVerdict(finished.verdict, chain);
  });
});
