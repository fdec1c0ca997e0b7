/**
 * Chains that end with the end-of-text token, and no answer, against transformers in float32. The demo model never ends one
 * that way, so its row of that token is changed here as in test/oracle/modes/make_eos_fixtures.py, which documents every field.
 */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadModelInNode } from '../../scripts/load-model-in-node.ts';
import { encodeForcedPrompt, trimToLastSentence } from '../../src/rank1/prompt.ts';
import type { DemoChange } from '../unit/convert/support/demo-checkpoint.ts';
import { IS_FULL } from '../tier.ts';
import { withDemoInFp32 } from './convert-demo.ts';
import { DemoService, type Judged } from './demo-service.ts';
import { expectDemoWeights, expectVerdict, type OracleVerdict } from './expect-oracle.ts';

interface EosCase extends OracleVerdict {
  readonly query: string;
  readonly document: string;
  readonly maxNewTokens: number;
  readonly promptTokenIds: number[];
  readonly newTokenIds: number[];
  readonly endedByEos: boolean;
  readonly forcedPromptTokenIds?: number[];
  readonly reasoning: string;
  readonly forced: boolean;
}
/** `tokenId`: where the demo would say this, the text ends */
interface EosVariant {
  readonly text: string;
  readonly tokenId: number;
  readonly cases: EosCase[];
}

const oracle = JSON.parse(
  readFileSync(new URL('../fixtures/modes/demo-eos.json', import.meta.url), 'utf8'),
) as { weightsSha256: string; factor: number; variants: EosVariant[] };

test('the fixture was made with the weights that are here, and most of its chains end with the token', () => {
  expectDemoWeights(oracle.weightsSha256);
  const cases = oracle.variants.flatMap((variant) => variant.cases);
  expect(cases.filter(({ endedByEos }) => endedByEos).length).toBeGreaterThanOrEqual(20);
  expect(cases.filter(({ forced }) => !forced).length).toBeGreaterThanOrEqual(3);
});

/** Chains of many tokens, some whole and some forced, and chains of one token; all in the full run. */
const variants = oracle.variants.filter(({ text }) => IS_FULL || text === ' None' || text === ' Asked');

describe.each(variants)('the demo model, ending the text where it would say "$text"', (variant) => {
  const { tokenId, cases } = variant;
  let demo: DemoService;
  let judged: Judged<EosCase>[];
  beforeAll(async () => {
    const endSooner: DemoChange = (tensors, { eosTokenIds, hiddenSize }) => {
      const { data } = tensors.get('model.embed_tokens.weight')!;
      const table = new Float32Array(data.buffer);
      const row = table.slice(tokenId * hiddenSize, (tokenId + 1) * hiddenSize);
      table.set(
        row.map((value) => value * oracle.factor),
        eosTokenIds[0]! * hiddenSize,
      );
    };
    const model = await withDemoInFp32((folder) => loadModelInNode(folder, 'fp32'), endSooner);
    demo = await DemoService.over(model);
    judged = await demo.judge(
      cases,
      ({ document }) => ({ text: document }),
      ({ maxNewTokens }) => ({ maxNewTokens, maxSlots: 4 }),
    );
  });
  afterAll(() => demo.model.dispose());

  test('decodes the same tokens, the last one included', () => {
    for (const { oracle: one, tokensAfter } of judged)
      expect(tokensAfter(one.promptTokenIds)).toEqual(one.newTokenIds);
  });

  test('asks for the answer with the same prompt', () => {
    for (const { query, document, reasoning, forcedPromptTokenIds } of cases) {
      if (!forcedPromptTokenIds) continue;
      const trimmed = trimToLastSentence(reasoning);
      expect([...encodeForcedPrompt(demo.model.tokenizer, query, document, trimmed)]).toEqual(
        forcedPromptTokenIds,
      );
    }
  });

  test('gives the same forced verdicts, scores within 1e-4, and no text of the token', () => {
    for (const { oracle: one, finished } of judged) {
      expect(finished).toMatchObject({
        finishReason: one.forced ? 'length' : 'verdict',
        reasoning: one.reasoning,
        numNewTokens: one.newTokenIds.length + (one.forced ? 1 : 0),
      });
      expectVerdict(finished.verdict, one);
    }
  });
});
