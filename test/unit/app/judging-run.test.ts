import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { JudgingRun } from '../../../src/app/session/judging-run.ts';
import { MemoryStore } from '../../../src/app/session/memory-store.ts';
import { DEFAULT_QUESTION } from '../../../src/app/session/session-types.ts';
import { Reranker } from '../../../src/client/reranker.ts';
import { FakeWorker } from '../../fakes/fake-worker.ts';
import { SteadyPace } from '../../fakes/pace.ts';
import { ScriptedRerankApi } from '../../fakes/scripted-rerank-api.ts';

const MODEL_URL = 'https://example.test/models/demo/';
const QUESTION = { ...DEFAULT_QUESTION, query: 'coldest city' };
const PASSAGES = ['Cairo is a city.', 'The coldest city is Oslo.', 'Kuwait is a hot city.'].map(
  (text, index) => ({ index, hash: `hash-${index}`, text, sources: [] }),
);

beforeEach(() =>
  vi.stubGlobal('document', Object.assign(new EventTarget(), { hidden: true, baseURI: MODEL_URL })),
);
afterEach(() => vi.unstubAllGlobals());

test('verdicts are stored as they land, also those after a recovered fault', async () => {
  const api = new ScriptedRerankApi(new SteadyPace(0));
  const store = new MemoryStore();
  const reranker = new Reranker({
    model: MODEL_URL,
    faultTimes: { backOffMs: [0] },
    createWorker: () => new FakeWorker(api).asWorker,
  });
  api.failNextRun = 'device-lost';
  const run = new JudgingRun(QUESTION, PASSAGES, {
    store,
    reranker,
    modelUrl: MODEL_URL,
    identity: { revision: 'r', dtypes: ['q4'] },
  });
  const order: string[] = [];
  run.addEventListener('verdict', () => order.push('stored'));
  const judge = reranker.rerank.bind(reranker);
  vi.spyOn(reranker, 'rerank').mockImplementation((call) => judge(call).finally(() => order.push('judged')));
  await run.judge();
  expect(api.requests).toHaveLength(2);
  expect(run.phase).toBe('complete');
  expect(order.filter((event) => event === 'stored').length).toBeGreaterThan(1);
  expect(order.indexOf('judged')).toBeGreaterThan(0);
  expect(await store.findJudgements(PASSAGES.map(({ hash }) => hash))).toHaveLength(PASSAGES.length);
  reranker.dispose();
});

test('what was judged in other arithmetic is judged again, and both are kept', async () => {
  const api = new ScriptedRerankApi(new SteadyPace(0));
  const store = new MemoryStore();
  const reranker = new Reranker({ model: MODEL_URL, createWorker: () => new FakeWorker(api).asWorker });
  const identity = { revision: 'r', dtypes: ['q4'] };
  const judge = async (version: string | null) => {
    const run = new JudgingRun(
      QUESTION,
      PASSAGES,
      { store, reranker, modelUrl: MODEL_URL, identity },
      version,
    );
    await run.judge();
    return run.version;
  };
  api.arithmetic = 'fast';
  const version = await judge(null);
  expect([version, api.requests.length]).toEqual(['q4 fast', 1]);
  expect([await judge(version), api.requests.length]).toEqual([version, 1]);
  reranker.dispose();
  const exact = new ScriptedRerankApi(new SteadyPace(0));
  const other = new Reranker({ model: MODEL_URL, createWorker: () => new FakeWorker(exact).asWorker });
  const run = new JudgingRun(
    QUESTION,
    PASSAGES,
    { store, reranker: other, modelUrl: MODEL_URL, identity },
    null,
  );
  await run.judge();
  expect([run.version, exact.requests.length]).toEqual(['q4', 1]);
  expect(await store.findJudgements(PASSAGES.map(({ hash }) => hash))).toHaveLength(2 * PASSAGES.length);
  other.dispose();
});
