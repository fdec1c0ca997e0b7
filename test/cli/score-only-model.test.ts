/**
 * A model without chains behind the engine of the command line, in a real thread: long and short documents, abort, pause,
 * a thread that dies, `serve` under load, and a second model that gives the reasons.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ExplainedEngine } from '../../src/cli/engine/explained-engine.ts';
import { RerankServer } from '../../src/cli/serve/rerank-server.ts';
import { parseServeArguments } from '../../src/cli/serve/serve-arguments.ts';
import type { RerankParameters, RerankCallbacks } from '../../src/client/reranker-options.ts';
import type { RunState } from '../../src/client/run-state.ts';
import { writeSyntheticReranker } from '../harness/synthetic-reranker.ts';
import { openLocalEngine, REAL_THREAD, type TestEngine } from './local-engines.ts';

const QUERY = 'What is the coldest city?';
const SENTENCE = 'Cities in Siberia are cold in winter. ';
/** 9 tokens a sentence: prompts of 100 tokens to over 8,000, of which the last document is cut. */
const DOCUMENTS = [880, 3, 0, 120, 1, 500, 12, 40, 6, 250, 1200].map(
  (count, index) => `Document ${index}. ${SENTENCE.repeat(count)}`,
);
const CUT = DOCUMENTS.length - 1;
/** for what is judged again and again */
const SHORT = DOCUMENTS.map((text, index) => ({ text, index })).filter(({ text }) => text.length < 5000);
/** So many that a busy machine has some left when a pause or an abort reaches the thread. */
const MANY = Array.from({ length: 12 }, () => SHORT.filter(({ text }) => text.length < 500)).flat();

let folder: string;
let { engine } = {} as TestEngine;
/** WASM can be ended within a step; native code would take the process with it. */
let mortal: TestEngine;
/** of DOCUMENTS, each judged alone */
let alone: number[];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'rank1-scores-'));
  const model = join(folder, 'qwen3-reranker');
  await writeSyntheticReranker('qwen3-reranker', model);
  ({ engine } = await openLocalEngine(REAL_THREAD, 'cpu', model));
  mortal = await openLocalEngine(REAL_THREAD, 'wasm', model);
  alone = [];
  for (const document of DOCUMENTS) {
    const { results } = await engine.rerank({ query: QUERY, documents: [document] });
    alone.push(results[0]!.logitDifference);
  }
});
afterAll(async () => {
  await Promise.all([engine.close(), mortal.engine.close()]);
  rmSync(folder, { recursive: true });
});

async function judge(
  more: Partial<RerankParameters<string> & RerankCallbacks> = {},
  judging = engine,
  judged = SHORT,
) {
  const documents = judged.map(({ text }) => text);
  const { results, unjudged } = await judging.rerank({ query: QUERY, documents, ...more });
  expect(unjudged).toEqual([]);
  return results;
}

function expectShort(
  results: readonly { readonly index: number; readonly logitDifference: number }[],
  judged = SHORT,
): void {
  expect(results).toHaveLength(judged.length);
  for (const { index, logitDifference } of results)
    expect(logitDifference).toBeCloseTo(alone[judged[index]!.index]!, 4);
}

describe('a model without chains in a thread', () => {
  it('gives documents of 30 to 8,000 tokens, in one list, the scores each has alone', async () => {
    const { results: ranked } = await engine.rerank({ query: QUERY, documents: DOCUMENTS });
    const results = ranked.toSorted((a, b) => a.index - b.index);
    for (const { index, logitDifference } of results) expect(logitDifference).toBeCloseTo(alone[index]!, 4);
    expect(new Set(alone).size).toBe(DOCUMENTS.length);
    const lengths = results.map(({ usage }) => usage.numPromptTokens);
    expect(Math.min(...lengths)).toBeLessThan(100);
    expect(lengths.filter((length) => length > 8000)).toHaveLength(2);
    expect(Math.max(...lengths)).toBe(8192);
    expect(results.map(({ truncated }) => truncated)).toEqual(DOCUMENTS.map((_, index) => index === CUT));
  });

  it('splits a long document into passages where it is asked to', async () => {
    const [result] = (
      await engine.rerank({ query: QUERY, documents: [DOCUMENTS[CUT]!], longDocuments: 'passages' })
    ).results;
    expect(result).toMatchObject({ truncated: false, passage: { numPassages: 2 } });
  });

  it('ends an aborted call after its step, and goes on as before', async () => {
    const ending = new AbortController();
    const seen = new Set<number>();
    const onUpdate: RerankCallbacks['onUpdate'] = (updates) => {
      for (const { type, index } of updates) if (type === 'finished') seen.add(index);
      if (seen.size >= 2) ending.abort(new Error('enough'));
    };
    const call = judge({ maxSlots: 1, signal: ending.signal, onUpdate }, engine, MANY);
    await expect(call).rejects.toThrow('enough');
    expect(seen.size).toBeLessThan(MANY.length);
    expectShort(await judge());
  });

  it('stays where it is while paused, and resumes to the same scores', async () => {
    const states: RunState['type'][] = [];
    const { reranker } = engine;
    let numFinished = 0;
    const onUpdate: RerankCallbacks['onUpdate'] = (updates) => {
      numFinished += updates.filter(({ type }) => type === 'finished').length;
      if (numFinished >= 2 && !states.includes('paused')) reranker.pause();
    };
    const onState: RerankCallbacks['onState'] = ({ type }) => states.push(type);
    const call = judge({ maxSlots: 1, onState, onUpdate }, engine, MANY);
    await expect.poll(() => states.at(-1)).toBe('paused');
    const numBefore = numFinished;
    reranker.resume(); // whatever follows fails: later tests have the same engine
    expectShort(await call, MANY);
    expect(numBefore).toBeLessThan(MANY.length);
    expect(states.filter((type) => type === 'paused')).toHaveLength(1);
  });

  it('judges what is left in a new thread when its own dies, and nothing twice', async () => {
    const finished: number[] = [];
    const onUpdate: RerankCallbacks['onUpdate'] = (updates) => {
      for (const { type, index } of updates) if (type === 'finished') finished.push(index);
      if (finished.length >= 2 && mortal.engine.numRestarts === 0) mortal.kill();
    };
    expectShort(await judge({ maxSlots: 1, onUpdate }, mortal.engine));
    expect(mortal.engine.numRestarts).toBe(1);
    expect(finished.toSorted((a, b) => a - b)).toEqual([...SHORT.keys()]);
  });

  it('refuses to rethink or sample what has no chain', async () => {
    for (const option of [{ rethink: 1 }, { samples: 2 }])
      await expect(judge(option)).rejects.toMatchObject({ code: 'option-unsupported' });
  });
});

describe('serve', () => {
  let close: () => Promise<void> = () => Promise.resolve();
  afterEach(() => close());

  async function serve(served: ConstructorParameters<typeof RerankServer>[0]['engine'], line = '') {
    const args = parseServeArguments(line.split(' ').filter(Boolean), {});
    const server = new RerankServer({ ...args, engine: served });
    const { port } = await server.listen('127.0.0.1', 0);
    close = () => server.drain(0);
    return (body: object, signal?: AbortSignal) =>
      fetch(`http://127.0.0.1:${port}/v1/rerank`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query: QUERY, ...body }),
        ...(signal && { signal }),
      });
  }

  interface Answer {
    readonly results: readonly {
      readonly index: number;
      readonly metadata: { readonly rank1: { readonly logitDifference: number; readonly instant?: boolean } };
    }[];
  }
  it('answers many clients of a model without chains, though some leave and the thread dies', async () => {
    const ask = await serve(mortal.engine);
    const { numRestarts } = mortal.engine;
    /** Every client asks about other documents, so that no answer can be another's. */
    const indexesOf = (client: number) => [1, 2, 4, 6, 7, 8].filter((_, place) => (client + place) % 3 > 0);
    const client = async (number: number): Promise<void> => {
      const indexes = indexesOf(number);
      const leaves = number % 5 === 4;
      const leaving = new AbortController();
      const answer = ask({ documents: indexes.map((index) => DOCUMENTS[index]) }, leaving.signal);
      if (leaves) leaving.abort();
      if (number === 12) mortal.kill();
      const response = await answer.catch(() => null);
      if (leaves) return expect(response).toBeNull();
      expect(response?.status).toBe(200);
      const { results } = (await response!.json()) as Answer;
      expect(results).toHaveLength(indexes.length);
      for (const { index, metadata } of results)
        expect(metadata.rank1.logitDifference).toBeCloseTo(alone[indexes[index]!]!, 4);
    };
    await Promise.all(Array.from({ length: 40 }, (_, number) => client(number)));
    expect(mortal.engine.numRestarts).toBe(numRestarts + 1);
  });

  it('scores with one model and explains with another', async () => {
    const { engine: explainer } = await openLocalEngine(REAL_THREAD);
    const both = new ExplainedEngine(engine, explainer);
    expect(both.modelName).toMatch(/\+demo-model$/);
    await expect(both.load()).resolves.toMatchObject({ canReason: false });
    const ask = await serve(both, '--reasons top --top 1 --max-new-tokens 8');
    const documents = [1, 2, 4].map((index) => DOCUMENTS[index]);
    const { results } = (await (await ask({ documents })).json()) as Answer;
    const instant = results.map(({ metadata }) => metadata.rank1.instant ?? false);
    expect(instant).toEqual([false, true, true]);
    const best = [1, 2, 4].toSorted((a, b) => alone[b]! - alone[a]!);
    expect(results.map(({ index }) => [1, 2, 4][index])).toEqual(best);
    await explainer.close();
  });

  it('refuses an explainer that cannot reason when it loads', async () => {
    const both = new ExplainedEngine(engine, engine);
    await expect(both.load()).rejects.toMatchObject({ code: 'model-unsupported' });
  });
});
