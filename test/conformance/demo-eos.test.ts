/**
 * Chains that end with the end-of-text token, and no answer, against transformers in float32. The demo model never ends one
 * that way, so its row of that token is changed here as in test/oracle/modes/make_eos_fixtures.py, which tells of every field.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RerankUpdate } from '../../src/protocol/rerank-api.ts';
import { encodeForcedPrompt, trimToLastSentence } from '../../src/rank1/prompt.ts';
import { RerankService, type LoadedRuntime } from '../../src/service/rerank-service.ts';
import { decodeChains } from './decode-chains.ts';
import { loadConvertedDemo } from './demo-forms.ts';

interface EosCase {
  readonly query: string;
  readonly document: string;
  readonly maxNewTokens: number;
  readonly promptTokenIds: number[];
  readonly newTokenIds: number[];
  readonly endedByEos: boolean;
  readonly forcedPromptTokenIds?: number[];
  readonly reasoning: string;
  readonly forced: boolean;
  readonly label: 'true' | 'false';
  readonly score: number;
  readonly logitDifference: number;
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
  const weights = new URL('../../public/models/rank1-demo/onnx/model_q4.onnx_data', import.meta.url);
  expect(createHash('sha256').update(readFileSync(weights)).digest('hex')).toBe(oracle.weightsSha256);
  const cases = oracle.variants.flatMap((variant) => variant.cases);
  expect(cases.filter(({ endedByEos }) => endedByEos).length).toBeGreaterThanOrEqual(20);
  expect(cases.filter(({ forced }) => !forced).length).toBeGreaterThanOrEqual(3);
});

describe.each(oracle.variants)('the demo model, ending the text where it would say "$text"', (variant) => {
  const { tokenId, cases } = variant;
  let model: LoadedRuntime;
  beforeAll(async () => {
    model = await loadConvertedDemo('fp32', (tensors, { eosTokenIds, hiddenSize }) => {
      const { data } = tensors.get('model.embed_tokens.weight')!;
      const table = new Float32Array(data.buffer);
      const row = table.slice(tokenId * hiddenSize, (tokenId + 1) * hiddenSize);
      table.set(
        row.map((value) => value * oracle.factor),
        eosTokenIds[0]! * hiddenSize,
      );
    });
  });
  afterAll(() => model.dispose());

  test('decodes the same tokens, the last one included', async () => {
    expect(await decodeChains(model, cases, 4)).toEqual(cases.map((one) => one.newTokenIds));
  });

  test('asks for the answer with the same prompt', () => {
    for (const { query, document, reasoning, forcedPromptTokenIds } of cases) {
      if (!forcedPromptTokenIds) continue;
      const trimmed = trimToLastSentence(reasoning);
      expect([...encodeForcedPrompt(model.tokenizer, query, document, trimmed)]).toEqual(
        forcedPromptTokenIds,
      );
    }
  });

  test('gives the same forced verdicts, scores within 1e-4, and no text of the token', async () => {
    const service = new RerankService(() => Promise.resolve({ ...model, dispose: () => Promise.resolve() }));
    await service.load({ model: 'memory:/', device: 'wasm' }, () => {});
    for (const [runId, one] of cases.entries()) {
      const updates: RerankUpdate[] = [];
      const options = { maxNewTokens: one.maxNewTokens };
      const request = { runId, query: one.query, documents: [{ text: one.document }], options };
      await service.rerank(request, (batch) => void updates.push(...batch));
      const finished = updates.find((update) => update.type === 'finished');
      expect(finished).toMatchObject({
        finishReason: one.forced ? 'length' : 'verdict',
        reasoning: one.reasoning,
        numNewTokens: one.newTokenIds.length + (one.forced ? 1 : 0),
        verdict: { label: one.label, forced: one.forced },
      });
      expect(Math.abs(finished!.verdict!.score - one.score)).toBeLessThan(1e-4);
      expect(Math.abs(finished!.verdict!.logitDifference - one.logitDifference)).toBeLessThan(1e-3);
    }
  });
});
