import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { JudgingRun } from '../../../src/app/session/judging-run.ts';
import { MemoryStore } from '../../../src/app/session/memory-store.ts';
import { DEFAULT_QUESTION, type Question } from '../../../src/app/session/session-types.ts';
import { Reranker } from '../../../src/client/reranker.ts';
import { FakeWorker } from '../../fakes/fake-worker.ts';
import { ManualPace, SteadyPace, type Pace } from '../../fakes/pace.ts';
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

test('one model scores, and another gives the reasons for the best, each stored as its own', async () => {
  const store = new MemoryStore();
  const [scorer, explainer] = [
    new ScriptedRerankApi(new SteadyPace(0)),
    new ScriptedRerankApi(new SteadyPace(0)),
  ];
  scorer.canReason = false;
  const sources = [scorer, explainer].map((api, place) => ({
    reranker: new Reranker({ model: MODEL_URL, createWorker: () => new FakeWorker(api).asWorker }),
    modelUrl: `https://example.test/models/${place === 0 ? 'scorer' : 'explainer'}/`,
    identity: { revision: String(place), dtypes: ['q4'] },
  }));
  const [first, second] = sources;
  const judge = async (change: Partial<Question>) => {
    const question = { ...QUESTION, mode: 'top' as const, top: 1, ...change };
    const run = new JudgingRun(question, PASSAGES, { store, ...first!, explainer: second! });
    await run.judge();
    expect([run.phase, run.error]).toEqual(['complete', null]);
    return run;
  };
  const reasoned = ({ list }: JudgingRun) =>
    list.items.filter(({ reasoning }) => reasoning !== '').map(({ index }) => index);

  const unexplained = await judge({});
  expect([reasoned(unexplained), unexplained.numKnown]).toEqual([[], 0]);
  expect(explainer.requests).toEqual([]);
  const run = await judge({ explained: true });
  expect(run.modelName).toBe('scorer+explainer');
  expect(run.numKnown).toBe(3);
  expect(reasoned(run)).toEqual([run.list.order[0]]);
  expect(run.list.items.filter(({ verdict }) => verdict?.instant)).toHaveLength(2);
  expect(
    [scorer, explainer].map(({ requests }) => requests.map(({ documents }) => documents.length)),
  ).toEqual([[3], [1]]);

  // Both are found again, and no model is asked; a third passage is all that is new.
  expect(reasoned(await judge({ explained: true }))).toEqual(reasoned(run));
  expect(reasoned(await judge({ explained: true, top: 2 }))).toHaveLength(2);
  expect([scorer.requests.length, explainer.requests.length]).toEqual([1, 2]);
  for (const { reranker } of sources) reranker.dispose();
});

test('verdicts of the run itself are not known from before', async () => {
  const api = new ScriptedRerankApi(new SteadyPace(0));
  const reranker = new Reranker({ model: MODEL_URL, createWorker: () => new FakeWorker(api).asWorker });
  const store = new MemoryStore();
  const judge = async (passages: typeof PASSAGES) => {
    const question = { ...QUESTION, mode: 'top' as const, top: 1 };
    const identity = { revision: 'r', dtypes: ['q4'] };
    const run = new JudgingRun(question, passages, { store, reranker, modelUrl: MODEL_URL, identity });
    await run.judge();
    return [run.phase, run.numKnown];
  };
  expect(await judge(PASSAGES.slice(1))).toEqual(['complete', 0]);
  expect(await judge(PASSAGES)).toEqual(['complete', 2]);
  reranker.dispose();
});

test('the download of an explainer is shown', async () => {
  const pace = new ManualPace();
  const source = (of: Pace) => {
    const api = new ScriptedRerankApi(of);
    const reranker = new Reranker({ model: MODEL_URL, createWorker: () => new FakeWorker(api).asWorker });
    return { api, reranker, modelUrl: MODEL_URL, identity: { revision: 'r', dtypes: ['q4'] } };
  };
  const [scorer, explainer] = [source(new SteadyPace(0)), source(pace)];
  const question = { ...QUESTION, mode: 'top' as const, explained: true };
  const run = new JudgingRun(question, PASSAGES, { store: new MemoryStore(), ...scorer, explainer });
  const judging = run.judge();
  await expect.poll(() => explainer.api.loads.length).toBe(1);
  pace.release(2);
  await expect.poll(() => run.loadProgress?.loadedBytes).toBe(10_000_000);
  expect(run.phase).toBe('loading');
  pace.release(1000);
  await judging;
  expect(run.phase).toBe('complete');
  for (const { reranker } of [scorer, explainer]) reranker.dispose();
});

test('an explainer that cannot reason fails the run, and leaves the scores', async () => {
  const api = new ScriptedRerankApi(new SteadyPace(0));
  api.canReason = false;
  const reranker = new Reranker({ model: MODEL_URL, createWorker: () => new FakeWorker(api).asWorker });
  const source = { reranker, modelUrl: MODEL_URL, identity: { revision: 'r', dtypes: ['q4'] } };
  const question = { ...QUESTION, mode: 'top' as const, explained: true };
  const run = new JudgingRun(question, PASSAGES, { store: new MemoryStore(), ...source, explainer: source });
  await run.judge();
  expect(run.error).toMatchObject({ code: 'model-unsupported' });
  expect(run.numWithVerdict).toBe(PASSAGES.length);
  reranker.dispose();
});
