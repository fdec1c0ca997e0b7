/**
 * Instructions, titles, templates, presets, the loop guard and sampled chains on the demo model on WASM in q4 and fp32,
 * through the service, against transformers in float32; test/oracle/modes/make_option_fixtures.py made the fixture.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RerankUpdate, Verdict } from '../../src/protocol/rerank-api.ts';
import { documentText, encodePrompt } from '../../src/rank1/prompt.ts';
import { promptQuery } from '../../src/rank1/query-template.ts';
import { RerankService, type LoadedRuntime } from '../../src/service/rerank-service.ts';
import {
  documentOf,
  optionsOracle,
  type OptionCase,
  type OptionChain,
  type OptionRequest,
} from '../harness/demo-options.ts';
import { DEMO_FORMS, loadDemoForm } from './demo-forms.ts';

type Finished = Extract<RerankUpdate, { type: 'finished' }>;

let model: LoadedRuntime;
let service: RerankService;

async function judge(one: OptionRequest): Promise<Finished> {
  const updates: RerankUpdate[] = [];
  const request = { runId: 1, query: one.query, documents: [documentOf(one)], options: one.options };
  await service.rerank(request, (batch) => void updates.push(...batch));
  return updates.find((update): update is Finished => update.type === 'finished')!;
}

function expectVerdict(verdict: Verdict | null, one: OptionChain): void {
  expect({ label: verdict?.label, forced: verdict?.forced }).toEqual({
    label: one.label,
    forced: one.forced,
  });
  expect(Math.abs((verdict?.score ?? NaN) - one.score)).toBeLessThan(1e-4);
  expect(Math.abs((verdict?.logitDifference ?? NaN) - one.logitDifference)).toBeLessThan(1e-3);
}

async function expectChain(one: OptionCase): Promise<void> {
  const { verdict, finishReason, reasoning, numNewTokens } = await judge(one);
  expect({ finishReason, reasoning }).toEqual({ finishReason: one.finishReason, reasoning: one.reasoning });
  expect(numNewTokens).toBe(one.numThought + (one.forced ? 1 : 0));
  expectVerdict(verdict, one);
}

describe.each(DEMO_FORMS)('the options of a run on the demo model in %s against transformers', (form) => {
  beforeAll(async () => {
    model = await loadDemoForm(form);
    service = new RerankService(() => Promise.resolve({ ...model, dispose: () => Promise.resolve() }));
    await service.load({ model: 'memory:/', device: 'wasm' }, () => {});
  });
  afterAll(() => model.dispose());

  test('the fixture was made with the weights that are here, and has cases of each kind', () => {
    const weights = new URL('../../public/models/rank1-demo/onnx/model_q4.onnx_data', import.meta.url);
    expect(createHash('sha256').update(readFileSync(weights)).digest('hex')).toBe(
      optionsOracle.weightsSha256,
    );
    expect(optionsOracle.prompts.filter(({ title }) => title !== null).length).toBeGreaterThanOrEqual(5);
    expect(optionsOracle.guard.some(({ finishReason }) => finishReason === 'loop')).toBe(true);
    expect(optionsOracle.samples.length).toBeGreaterThanOrEqual(5);
  });

  test('instruction, title, template, preset: every prompt, chain, label and score', async () => {
    for (const one of optionsOracle.prompts) {
      const prompt = encodePrompt(model.tokenizer, promptQuery(one), documentText(documentOf(one)));
      expect([...prompt]).toEqual(one.promptTokenIds);
      await expectChain(one);
    }
  });

  test('loop guard: it ends the same chains at the same token, and leaves the others', async () => {
    for (const one of optionsOracle.guard) await expectChain(one);
  });

  test('samples: every drawn chain, its verdict, and their mean', async () => {
    for (const one of optionsOracle.samples) {
      const { verdict, samples, numNewTokens } = await judge(one);
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
