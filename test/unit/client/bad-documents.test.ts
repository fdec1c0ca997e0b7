/** Documents that the model dies of, or computes no numbers for, in a list of others: the page's side on the real service. */
import { afterEach, describe, expect, it, vi } from 'vitest';
import { Rank1Error } from '../../../src/base/errors.ts';
import { partialResponse } from '../../../src/client/rerank-result.ts';
import { Reranker } from '../../../src/client/reranker.ts';
import type { RerankOptions } from '../../../src/protocol/rerank-api.ts';
import { RerankService } from '../../../src/service/rerank/rerank-service.ts';
import { CharacterTokenizer } from '../../fakes/character-tokenizer.ts';
import { ScriptedRuntime, teaScript, type ScriptedRuntimeOptions } from '../../fakes/scripted-runtime.ts';

const rerankers: Reranker[] = [];

afterEach(() => rerankers.splice(0).forEach((reranker) => reranker.dispose()));

/** @param runtimes that of each load, the last one's for all later ones */
async function rank(
  documents: readonly string[],
  options: RerankOptions,
  ...runtimes: readonly ScriptedRuntimeOptions[]
) {
  let numLoads = 0;
  const service = new RerankService(() => {
    const runtime = runtimes[numLoads++] ?? runtimes.at(-1);
    return Promise.resolve(new ScriptedRuntime(runtime));
  });
  const runs = vi.spyOn(service, 'rerank');
  const model = 'https://models.test/a/';
  const reranker = new Reranker({ backend: service, model, lock: false, faultTimes: { backOffMs: [0] } });
  rerankers.push(reranker);
  const outcome = await reranker.rerank({ query: 'tea?', documents, ...options }).then(
    (response) => ({ code: null, message: '', response }),
    (error: Rank1Error) => ({ code: error.code, message: error.message, response: partialResponse(error) }),
  );
  const unjudged = outcome.response?.unjudged.map(({ document, finishReason }) => [document, finishReason]);
  const numRuns = runs.mock.calls.length;
  const { code, message, response } = outcome;
  return { code, message, numResults: response?.results.length, unjudged, numLoads, numRuns };
}

describe('a document that the model dies of', () => {
  const tokenizer = new CharacterTokenizer();
  const dying: ScriptedRuntimeOptions = {
    tokenizer,
    beforeStep: (plan) => {
      if (
        plan.kind === 'prefill' &&
        plan.rows.some((row) => tokenizer.decode([...row.tokenIds]).includes('poison'))
      )
        throw new Rank1Error('run-failed', 'It dies of this.');
    },
  };

  it.each([
    { num: 20, place: 0, maxSlots: 2 },
    { num: 20, place: 0, maxSlots: 4 },
    { num: 20, place: 19, maxSlots: 4 },
    { num: 120, place: 60, maxSlots: 4 },
    { num: 200, place: 0, maxSlots: 4 },
    { num: 20, place: 0, maxSlots: 16, reasons: 'none' },
    { num: 20, place: 10, maxSlots: 16 },
    { num: 20, place: 10, maxSlots: 4, reasons: 'none' },
    { num: 100, place: 97, maxSlots: 16 },
    { num: 8, place: 0, maxSlots: 16 },
    { num: 8, place: 0, maxSlots: 16, device: 'webgpu' },
    { num: 3, place: 0, maxSlots: 16, device: 'webgpu' },
  ] as const)('costs no other its verdict: %j', async ({ num, place, maxSlots, ...more }) => {
    const { device = 'wasm', ...options } = { maxSlots, ...more };
    const name = `poison ${place}`;
    const documents = Array.from({ length: num }, (_, index) => (index === place ? name : `tea ${index}`));
    const { code, message, numResults, unjudged } = await rank(documents, options, { ...dying, device });
    expect(code).toBe('run-failed');
    expect(message).toMatch(
      /3 times in a row.*Judged alone, it failed at 1 document, which has no verdict\.$/,
    );
    expect(message).not.toContain(name);
    expect(unjudged).toEqual([[name, 'aborted']]);
    expect(numResults).toBe(num - 1);
  });

  it('costs no other its verdict beside a second such document', async () => {
    const documents = Array.from({ length: 20 }, (_, index) =>
      index < 2 ? `poison ${index}` : `tea ${index}`,
    );
    const { message, numResults } = await rank(documents, { maxSlots: 16 }, dying);
    expect(message).toContain('failed at 2 documents, which have no verdict.');
    expect(numResults).toBe(18);
  });

  it.each([
    { num: 1, numLoads: 3 },
    { num: 2, numLoads: 4 },
    { num: 3, numLoads: 5 },
    { num: 4, numLoads: 5 },
    { num: 10, numLoads: 3 },
    { num: 100, numLoads: 3 },
  ])('is not blamed where the model dies of every one: %j', async ({ num, numLoads }) => {
    const documents = Array.from({ length: num }, (_, index) => `poison ${index}`);
    const outcome = await rank(documents, { maxSlots: 16 }, { ...dying, device: 'webgpu' });
    expect(outcome).toMatchObject({ code: 'run-failed', numResults: 0, numLoads });
    expect(outcome.message).toMatch(new RegExp(`failed ${numLoads} times in a row.*It dies of this\\.$`));
  });
});

describe('documents without numbers', () => {
  const overflowing: ScriptedRuntimeOptions = {
    scriptOf: (document) => ({
      ...teaScript(document),
      ...(document.startsWith('overflow') && { logits: [NaN, 0] }),
    }),
  };
  const overflows = (num: number): string[] => Array.from({ length: num }, (_, place) => `overflow ${place}`);

  it.each([1, 2, 3, 15])('are told of after a second try, %i among others', async (num) => {
    const documents = ['tea', ...overflows(num), 'cake'];
    const unjudged = overflows(num).map((document) => [document, 'failed']);
    expect(await rank(documents, {}, overflowing)).toMatchObject({
      code: null,
      numResults: 2,
      unjudged,
      numLoads: 2,
    });
  });

  it.each([{ maxSlots: 2 }, { maxSlots: 16 }, { reasons: 'none' }] as const)(
    'may be all that there is for some steps: %j',
    async (options) => {
      const documents = [...overflows(9), 'a longer text about tea', 'cake, which is longer than the others'];
      const unjudged = overflows(9).map((document) => [document, 'failed']);
      expect(await rank(documents, options, overflowing)).toMatchObject({
        code: null,
        numResults: 2,
        unjudged,
      });
    },
  );

  it.each([9, 40])('are told of where %i are the last', async (num) => {
    const documents = ['tea', 'cake', ...overflows(num)];
    const unjudged = overflows(num).map((document) => [document, 'failed']);
    expect(await rank(documents, { reasons: 'none', maxSlots: 2 }, overflowing)).toMatchObject({
      code: null,
      numResults: 2,
      unjudged,
      numLoads: 2,
    });
  });

  it('are judged together on a fresh device once it gives one of them numbers', async () => {
    const documents = Array.from({ length: 400 }, (_, place) => `tea ${1000 + place}`);
    const failing: ScriptedRuntimeOptions = {
      scriptOf: (document) => ({
        ...teaScript(document),
        ...(documents.indexOf(document) >= 40 && { logits: [NaN, 0] }),
      }),
    };
    const outcome = await rank(documents, { reasons: 'none', maxSlots: 16 }, failing, {});
    expect(outcome).toMatchObject({ code: null, numResults: 400, numLoads: 2, numRuns: 3 });
  });

  it.each([2, 5, 40])('are the device’s fault where all %i of a list are such', async (num) => {
    const { code, numLoads } = await rank(overflows(num), { maxSlots: 4 }, overflowing);
    expect([code, numLoads]).toEqual(['run-failed', 3]);
  });
});
