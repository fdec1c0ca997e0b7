/**
 * Instant verdicts and rethought chains of the demo model on WASM in q4 and fp32, through the service, against
 * transformers in float32; see test/oracle/modes/make_fixtures.py for every field.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RerankOptions, RerankUpdate } from '../../src/protocol/rerank-api.ts';
import { encodeContinuedPrompt, encodeInstantPrompt, RETHINK_CUE } from '../../src/rank1/prompt.ts';
import { RerankService, type LoadedRuntime } from '../../src/service/rerank-service.ts';
import { modesOracle, type OracleVerdict } from '../harness/demo-modes.ts';
import { DEMO_FORMS, loadDemoForm } from './demo-forms.ts';

type Finished = Extract<RerankUpdate, { type: 'finished' }>;

let model: LoadedRuntime;
let service: RerankService;

/** Reranks the cases that share a query and options together, as the page would. */
async function rerank<Case extends OracleVerdict>(
  cases: readonly Case[],
  optionsOf: (one: Case) => RerankOptions,
): Promise<[Case, Finished][]> {
  const groups = new Map<string, Case[]>();
  for (const one of cases) {
    const key = JSON.stringify([one.query, optionsOf(one)]);
    groups.set(key, [...(groups.get(key) ?? []), one]);
  }
  const finished: [Case, Finished][] = [];
  for (const [runId, group] of [...groups.values()].entries()) {
    const documents = group.map(({ document }) => ({ text: document }));
    const request = { runId, query: group[0]!.query, documents, options: optionsOf(group[0]!) };
    await service.rerank(request, (updates) => {
      for (const update of updates)
        if (update.type === 'finished') finished.push([group[update.index]!, update]);
    });
  }
  return finished;
}

function expectVerdict({ verdict }: Finished, one: OracleVerdict, forced: boolean): void {
  expect({ label: verdict?.label, forced: verdict?.forced }).toEqual({ label: one.label, forced });
  expect(Math.abs((verdict?.score ?? NaN) - one.score)).toBeLessThan(1e-4);
  expect(Math.abs((verdict?.logitDifference ?? NaN) - one.logitDifference)).toBeLessThan(1e-3);
}

describe.each(DEMO_FORMS)('the modes of the demo model in %s against transformers', (form) => {
  beforeAll(async () => {
    model = await loadDemoForm(form);
    service = new RerankService(() => Promise.resolve({ ...model, dispose: () => Promise.resolve() }));
    await service.load({ model: 'memory:/', device: 'wasm' }, () => {});
  });
  afterAll(() => model.dispose());

  test('the fixture was made with the weights that are here', () => {
    const weights = readFileSync(
      new URL('../../public/models/rank1-demo/onnx/model_q4.onnx_data', import.meta.url),
    );
    expect(createHash('sha256').update(weights).digest('hex')).toBe(modesOracle.weightsSha256);
    expect(modesOracle.instant.length).toBeGreaterThanOrEqual(50);
    expect(modesOracle.rethink.filter(({ forced }) => !forced).length).toBeGreaterThanOrEqual(10);
    expect(modesOracle.rethink.filter(({ forced }) => forced).length).toBeGreaterThanOrEqual(5);
  });

  test('instant: every prompt, label and score', async () => {
    for (const { query, document, promptTokenIds } of modesOracle.instant)
      expect([...encodeInstantPrompt(model.tokenizer, query, document)]).toEqual(promptTokenIds);
    const finished = await rerank(modesOracle.instant, () => ({ mode: 'instant' }));
    expect(finished).toHaveLength(modesOracle.instant.length);
    for (const [one, update] of finished) {
      expectVerdict(update, one, false);
      expect(update).toMatchObject({ finishReason: 'verdict', numNewTokens: 1 });
    }
  });

  test('rethink: every continued prompt', () => {
    for (const { query, document, turns } of modesOracle.rethink) {
      let text = '';
      for (const { promptTokenIds, newTokenIds } of turns) {
        expect([...encodeContinuedPrompt(model.tokenizer, query, document, text)]).toEqual(promptTokenIds);
        text += model.tokenizer.decode(newTokenIds.slice(0, -2)) + RETHINK_CUE;
      }
    }
  });

  test('rethink: every chain, label and score, cut or not', async () => {
    const finished = await rerank(modesOracle.rethink, ({ rethink, maxNewTokens }) => ({
      rethink,
      maxNewTokens,
    }));
    expect(finished).toHaveLength(modesOracle.rethink.length);
    for (const [one, update] of finished) {
      expect(update.reasoning).toBe(one.reasoning);
      const numThought = one.turns.reduce((sum, { newTokenIds }) => sum + newTokenIds.length, 0);
      expect(update.numNewTokens).toBe(numThought + (one.forced ? 1 : 0));
      expectVerdict(update, one, one.forced);
    }
  });
});
