/**
 * The demo model on WASM in q4 and in fp32, through every layer below the worker, against transformers in float32 on the
 * same dequantised weights. The fixture's maker is independent of all code here.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RerankUpdate } from '../../src/protocol/rerank-api.ts';
import { encodeForcedPrompt, encodePrompt, trimToLastSentence } from '../../src/rank1/prompt.ts';
import { RerankService, type LoadedRuntime } from '../../src/service/rerank-service.ts';
import { cutChains, oracle, wholeChains, type OracleChain } from '../harness/demo-chains.ts';
import { decodeChains } from './decode-chains.ts';
import { DEMO_FORMS, loadDemoForm } from './demo-forms.ts';

let model: LoadedRuntime;

/** Reranks the chains of one query and one limit together, as the page would. */
async function rerank(chains: readonly OracleChain[]): Promise<Map<OracleChain, RerankUpdate>> {
  const shared = { ...model, dispose: () => Promise.resolve() };
  const service = new RerankService(() => Promise.resolve(shared));
  await service.load({ model: 'memory:/', device: 'wasm' }, () => {});
  const groups = new Map<string, OracleChain[]>();
  for (const chain of chains) {
    const key = `${chain.maxNewTokens} ${chain.query}`;
    groups.set(key, [...(groups.get(key) ?? []), chain]);
  }
  const finished = new Map<OracleChain, RerankUpdate>();
  for (const [runId, group] of [...groups.values()].entries()) {
    const [first] = group;
    if (!first) continue;
    const documents = group.map((chain) => ({ text: chain.document }));
    const options = { maxNewTokens: first.maxNewTokens };
    await service.rerank({ runId, query: first.query, documents, options }, (updates) => {
      for (const update of updates) {
        const chain = group[update.index];
        if (update.type === 'finished' && chain) finished.set(chain, update);
      }
    });
  }
  return finished;
}

/** What does not turn on how the weights are stored. */
describe('the demo model against transformers', () => {
  beforeAll(async () => {
    model = await loadDemoForm('q4');
  });
  afterAll(() => model.dispose());

  test('the fixture was made with the weights that are here', () => {
    const weights = readFileSync(
      new URL('../../public/models/rank1-demo/onnx/model_q4.onnx_data', import.meta.url),
    );
    expect(createHash('sha256').update(weights).digest('hex')).toBe(oracle.weightsSha256);
    expect(wholeChains.length).toBeGreaterThanOrEqual(100);
    expect(cutChains.length).toBeGreaterThanOrEqual(50);
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

  test('chains that are cut have the tokens up to their limit', async () => {
    expect(await decodeChains(model, cutChains, 16)).toEqual(cutChains.map((chain) => chain.newTokenIds));
  });

  test('three slots, longest prompt first, decode the same tokens', async () => {
    const chains = wholeChains
      .filter((_, index) => index % 3 === 0)
      .sort((a, b) => b.promptTokenIds.length - a.promptTokenIds.length);
    expect(await decodeChains(model, chains, 3)).toEqual(chains.map((chain) => chain.newTokenIds));
  });
});

describe.each(DEMO_FORMS)('the demo model in %s against transformers', (form) => {
  beforeAll(async () => {
    model = await loadDemoForm(form);
  });
  afterAll(() => model.dispose());

  test('sixteen slots decode every chain token for token', async () => {
    expect(await decodeChains(model, wholeChains, 16)).toEqual(wholeChains.map((chain) => chain.newTokenIds));
  });

  test('the service gives the labels of whole chains, and their scores within 1e-4', async () => {
    await expectVerdicts(wholeChains);
  });

  test('the service forces the verdicts of cut chains as the reference does', async () => {
    expect(cutChains.filter((chain) => chain.forced).length).toBeGreaterThan(40);
    await expectVerdicts(cutChains);
  });
});

async function expectVerdicts(chains: readonly OracleChain[]): Promise<void> {
  const finished = await rerank(chains);
  for (const chain of chains) {
    const update = finished.get(chain);
    if (update?.type !== 'finished' || !update.verdict) throw new Error('a document was not finished');
    const { label, forced, score, logitDifference } = update.verdict;
    expect({ label, forced }).toEqual({ label: chain.label, forced: chain.forced });
    expect(Math.abs(score - chain.score)).toBeLessThan(1e-4);
    expect(Math.abs(logitDifference - chain.logitDifference)).toBeLessThan(1e-3);
  }
}
