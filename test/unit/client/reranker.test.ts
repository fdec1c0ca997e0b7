import { afterEach, describe, expect, it, vi } from 'vitest';
import { Reranker } from '../../../src/client/reranker.ts';
import { FAULT_TIMES } from '../../../src/client/fault-times.ts';
import type { Page } from '../../../src/client/page-lifecycle.ts';
import { isRank1Error, Rank1Error } from '../../../src/base/errors.ts';
import type { RunState } from '../../../src/client/run-state.ts';
import type { LoadedModel, LoadOptions, RerankUpdate } from '../../../src/protocol/rerank-api.ts';
import { FakeLocks } from '../../fakes/fake-locks.ts';
import { FakeWorker } from '../../fakes/fake-worker.ts';
import { ManualPace, SteadyPace, type Pace } from '../../fakes/pace.ts';
import { ScriptedRerankApi } from '../../fakes/scripted-rerank-api.ts';

const MODEL = { model: 'https://example.test/models/demo' };
const QUERY = 'coldest city';
const DOCUMENTS = ['The coldest city is Yakutsk.', { title: 'Kuwait', text: 'A hot city.' }, ''];

const rerankers: Reranker[] = [];

class FakePage extends EventTarget implements Page {
  readonly visibilityState = 'visible';
}

function setUp(pace: Pace = new SteadyPace(0), locks = new FakeLocks(), page = new FakePage()) {
  const api = new ScriptedRerankApi(pace);
  const workers: FakeWorker[] = [];
  const reranker = new Reranker({
    faultTimes: { backOffMs: [0] },
    locks,
    page,
    createWorker: () => {
      const worker = new FakeWorker(api);
      workers.push(worker);
      return worker.asWorker;
    },
  });
  rerankers.push(reranker);
  return { api, workers, reranker };
}

/** The page hears of each crash before the verdict that the worker posted in front of it, as it may in a browser. */
function crashBehindEachVerdict(api: ScriptedRerankApi, workers: readonly FakeWorker[]): void {
  const rerank = api.rerank.bind(api);
  api.rerank = (request, onUpdates) => {
    const worker = workers.at(-1);
    return rerank(request, (updates, stats) => {
      onUpdates(updates, stats);
      if (updates.some(({ type }) => type === 'finished')) worker?.crash('a fault');
    });
  };
}

afterEach(() => {
  rerankers.splice(0).forEach((reranker) => reranker.dispose());
  vi.useRealTimers();
});

describe('Reranker', () => {
  it('loads a model, completes its address and reports progress in bytes', async () => {
    const { api, reranker } = setUp();
    const loaded: number[] = [];
    const model = await reranker.load(MODEL, { onProgress: (progress) => loaded.push(progress.loadedBytes) });
    expect(model.device).toBe('wasm');
    expect(api.loads).toEqual([{ model: 'https://example.test/models/demo/', device: 'auto' }]);
    expect(loaded[0]).toBe(0);
    expect(loaded).toContain(20_000_000);
  });

  it('streams updates and resolves with a summary', async () => {
    const { reranker } = setUp();
    await reranker.load(MODEL);
    const updates: RerankUpdate[] = [];
    const summary = await reranker.rerank({
      query: QUERY,
      documents: DOCUMENTS,
      onUpdate: (some) => updates.push(...some),
    });
    expect(summary).toMatchObject({ numDocuments: 3, numFinished: 3, aborted: false });
    expect(updates.filter((update) => update.type === 'finished')).toHaveLength(3);
    const deltas = updates.flatMap((update) =>
      update.type === 'reasoning' && update.index === 0 ? [update.delta] : [],
    );
    expect(deltas.join('')).toContain('"… coldest city is"');
  });

  it('sends title and text only', async () => {
    const { api, reranker } = setUp();
    await reranker.load(MODEL);
    await reranker.rerank({
      query: QUERY,
      documents: [{ id: 'a', title: 'T', text: 'x', metadata: { secret: 1 } }],
    });
    expect(api.requests[0]?.documents).toEqual([{ title: 'T', text: 'x' }]);
  });

  it('resolves an empty list at once, without a model', async () => {
    const { workers, reranker } = setUp();
    await expect(reranker.rerank({ query: QUERY, documents: [] })).resolves.toMatchObject({
      numDocuments: 0,
      aborted: false,
    });
    expect(workers).toHaveLength(0);
  });

  it.each([
    [{ query: '  ', documents: [] }, RangeError],
    [{ query: 7, documents: [] }, TypeError],
    [{ query: QUERY, documents: 'text' }, TypeError],
    [{ query: QUERY, documents: [{ title: 'no text' }] }, TypeError],
    [{ query: QUERY, documents: [null] }, TypeError],
    [{ query: QUERY, documents: [], options: { maxNewTokens: 0 } }, RangeError],
    [{ query: QUERY, documents: [], options: { maxSlots: '4' } }, TypeError],
    [{ query: QUERY, documents: [], options: { mode: 'fast' } }, RangeError],
    [{ query: QUERY, documents: [], options: { mode: 'constructor' } }, RangeError],
    [{ query: QUERY, documents: [], options: { rethink: -1 } }, RangeError],
    [{ query: QUERY, documents: [], options: { rethink: '1' } }, TypeError],
    [{ query: QUERY, documents: [], options: { mode: 'instant', rethink: 1 } }, RangeError],
    [{ query: QUERY, documents: [], options: { loopGuard: 'no' } }, TypeError],
    [{ query: QUERY, documents: [], options: { queryTemplate: 7 } }, TypeError],
    [{ query: QUERY, documents: [], options: { queryTemplate: 'no place' } }, RangeError],
    [{ query: QUERY, documents: [], options: { preset: 'unknown' } }, RangeError],
    [{ query: QUERY, documents: [], options: { longDocuments: 'split' } }, RangeError],
    [
      { query: QUERY, documents: [], options: { preset: 'answer', queryTemplate: 'FILL_QUERY_HERE' } },
      RangeError,
    ],
  ])('rejects the faulty call %j', async (call, error) => {
    const { reranker } = setUp();
    await expect(reranker.rerank(call as never)).rejects.toThrow(error);
  });

  it('leaves the run in progress alone when the next call is faulty', async () => {
    const { reranker } = setUp();
    await reranker.load(MODEL);
    const run = reranker.rerank({ query: QUERY, documents: DOCUMENTS });
    await expect(reranker.rerank({ query: '', documents: [] })).rejects.toThrow(RangeError);
    await expect(run).resolves.toMatchObject({ numFinished: 3, aborted: false });
  });

  it('rejects a run before any model was loaded', async () => {
    const { reranker } = setUp();
    await expect(reranker.rerank({ query: QUERY, documents: ['x'] })).rejects.toMatchObject({
      code: 'not-loaded',
    });
  });

  it('keeps the code of an error that crosses the boundary', async () => {
    const { api, reranker } = setUp();
    api.failNextLoad = 'model-not-found';
    const error: unknown = await reranker.load(MODEL).catch((reason: unknown) => reason);
    expect(isRank1Error(error, 'model-not-found')).toBe(true);
  });

  it('aborts with a signal and resolves with what was decided until then', async () => {
    const pace = new ManualPace();
    const { reranker } = setUp(pace);
    pace.release(5);
    await reranker.load(MODEL);
    const controller = new AbortController();
    let run = Promise.resolve<unknown>(null);
    await new Promise<void>((resolve) => {
      const call = {
        query: QUERY,
        documents: DOCUMENTS,
        signal: controller.signal,
        onUpdate: () => resolve(),
      };
      run = reranker.rerank(call);
      pace.release(1);
    });
    controller.abort();
    await new Promise((resolve) => setTimeout(resolve, 10)); // the abort message travels
    pace.release(1);
    await expect(run).resolves.toMatchObject({ aborted: true, numFinished: 0 });
  });

  it('aborts the run before when a run starts, and drops its later updates', async () => {
    const { reranker } = setUp();
    await reranker.load(MODEL);
    let firstIsOver = false;
    let late = 0;
    const first = reranker.rerank({
      query: QUERY,
      documents: DOCUMENTS,
      onUpdate: () => (firstIsOver ? (late += 1) : 0),
    });
    firstIsOver = true;
    const second = reranker.rerank({ query: QUERY, documents: DOCUMENTS });
    await expect(first).resolves.toMatchObject({ aborted: true });
    await expect(second).resolves.toMatchObject({ aborted: false, numFinished: 3 });
    expect(late).toBe(0);
  });

  it('goes on in a fresh worker with the same model when the worker crashes', async () => {
    const pace = new ManualPace();
    const { api, workers, reranker } = setUp(pace);
    pace.release(5);
    await reranker.load(MODEL);
    const run = reranker.rerank({ query: QUERY, documents: DOCUMENTS });
    await vi.waitFor(() => expect(api.requests).toHaveLength(1));
    workers[0]?.crash('a fault');
    expect(workers[0]?.terminated).toBe(true);
    pace.release(200);
    await expect(run).resolves.toMatchObject({ numFinished: 3, aborted: false });
    expect(workers).toHaveLength(2);
    expect(api.loads).toHaveLength(2);
  });

  it('takes verdicts that were on their way when the worker crashed, and goes on counting from them', async () => {
    const { api, workers, reranker } = setUp();
    await reranker.load(MODEL);
    crashBehindEachVerdict(api, workers);
    const finished: number[] = [];
    const summary = await reranker.rerank({
      query: QUERY,
      documents: DOCUMENTS.concat(DOCUMENTS),
      options: { maxSlots: 1 },
      onUpdate: (updates) =>
        finished.push(...updates.filter(({ type }) => type === 'finished').map(({ index }) => index)),
    });
    expect(summary).toMatchObject({ numFinished: 6, aborted: false });
    expect(finished).toEqual([0, 1, 2, 3, 4, 5]);
    // No verdict is asked for twice, and behind the last one nothing is left to start a worker for.
    expect(api.requests.map(({ documents }) => documents.length)).toEqual([6, 5, 4, 3, 2, 1]);
  });

  it('goes back to the GPU where the model has no version for the CPU, now and the next time', async () => {
    const { api, reranker } = setUp();
    const load = api.load.bind(api);
    api.load = async (options, onProgress) => {
      const model = await load(options, onProgress);
      if (options.device === 'wasm') throw new Rank1Error('device-unavailable', 'There is only q4f16.');
      return model;
    };
    await reranker.load(MODEL);
    let numRuns = 0;
    const rerank = api.rerank.bind(api);
    api.rerank = (request, onUpdates) => {
      if (++numRuns <= 2) api.failNextRun = 'device-lost';
      return rerank(request, onUpdates);
    };
    const summary = await reranker.rerank({ query: QUERY, documents: DOCUMENTS });
    expect(summary).toMatchObject({ numFinished: 3, aborted: false });
    await reranker.load(MODEL);
    expect(api.loads.map(({ device }) => device)).toEqual(['auto', 'auto', 'wasm', 'auto']);
  });

  it('stops waiting for a load when its signal aborts', async () => {
    const { reranker } = setUp(new ManualPace());
    const controller = new AbortController();
    const load = reranker.load(MODEL, { signal: controller.signal });
    controller.abort();
    await expect(load).rejects.toMatchObject({ name: 'AbortError' });
  });

  describe('when paused', () => {
    /** A run whose first update has come; each further step is the test's to give. */
    async function runningRun(locks = new FakeLocks(), page = new FakePage()) {
      const pace = new ManualPace();
      const { api, workers, reranker } = setUp(pace, locks, page);
      pace.release(5);
      await reranker.load(MODEL);
      const updates: RerankUpdate[] = [];
      let onFirst = (): void => undefined;
      const first = new Promise<void>((resolve) => (onFirst = resolve));
      const run = reranker.rerank({
        query: QUERY,
        documents: DOCUMENTS,
        onUpdate: (some) => {
          updates.push(...some);
          onFirst();
        },
      });
      pace.release(1);
      await first;
      return { api, pace, workers, reranker, run, updates };
    }

    it('holds the run and goes on where it was', async () => {
      const { api, pace, reranker, run, updates } = await runningRun();
      reranker.pause();
      expect(reranker.paused).toBe(true);
      await vi.waitFor(() => expect(api.numPaused).toBe(1));
      const numUpdates = updates.length;
      pace.release(100);
      await vi.waitFor(() => expect(api.numHeld).toBe(1));
      expect(updates).toHaveLength(numUpdates);
      reranker.resume();
      expect(reranker.paused).toBe(false);
      await expect(run).resolves.toMatchObject({ numFinished: 3, aborted: false });
    });

    it('by its page, which freezes, may be silent for days, and goes on in the same worker when it thaws', async () => {
      vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] }); // those of the watchdog
      const page = new FakePage();
      const { api, pace, workers, run } = await runningRun(new FakeLocks(), page);
      page.dispatchEvent(new Event('freeze'));
      vi.advanceTimersByTime(100 * FAULT_TIMES.silentRunMs);
      await vi.waitFor(() => expect(api.numPaused).toBe(1));
      pace.release(100);
      page.dispatchEvent(new Event('resume'));
      await expect(run).resolves.toMatchObject({ numFinished: 3, aborted: false });
      expect(workers).toHaveLength(1);
    });

    it('can be aborted, and the next run is not held', async () => {
      const { api, pace, reranker, run } = await runningRun();
      reranker.pause();
      await vi.waitFor(() => expect(api.numPaused).toBe(1));
      pace.release(100);
      reranker.abort();
      await expect(run).resolves.toMatchObject({ aborted: true });
      expect(reranker.paused).toBe(false);
      pace.release(100);
      const next = await reranker.rerank({ query: QUERY, documents: DOCUMENTS });
      expect(next).toMatchObject({ numFinished: 3 });
    });

    it.each(['abort', 'dispose'] as const)(
      'and resumed, keeps no device when %s comes before the lock does',
      async (end) => {
        const locks = new FakeLocks();
        const { api, pace, reranker, run } = await runningRun(locks);
        reranker.pause();
        await vi.waitFor(() => expect(api.numPaused + locks.numHeld).toBe(1));
        pace.release(100);
        let arrive = (): void => undefined;
        const arrival = new Promise<void>((resolve) => (arrive = resolve));
        locks.roundTrip = () => arrival;
        reranker.resume();
        reranker[end]();
        await run.catch(() => undefined);
        arrive();
        await new Promise((resolve) => setImmediate(resolve)); // all that follows the grant
        expect(locks.numHeld).toBe(0);
      },
    );

    it('lets a new run take the place of the held one', async () => {
      const { api, pace, reranker, run } = await runningRun();
      reranker.pause();
      await vi.waitFor(() => expect(api.numPaused).toBe(1));
      pace.release(200);
      const next = reranker.rerank({ query: QUERY, documents: DOCUMENTS });
      await expect(run).resolves.toMatchObject({ aborted: true });
      await expect(next).resolves.toMatchObject({ numFinished: 3, aborted: false });
    });

    it('holds a run that has not begun', async () => {
      const { api, reranker } = setUp();
      await reranker.load(MODEL);
      reranker.pause();
      const states: RunState[] = [];
      const run = reranker.rerank({
        query: QUERY,
        documents: DOCUMENTS,
        onState: (state) => states.push(state),
      });
      await vi.waitFor(() => expect(states).toEqual([{ type: 'paused', by: 'caller' }]));
      expect(api.requests).toHaveLength(0);
      reranker.resume();
      await expect(run).resolves.toMatchObject({ numFinished: 3 });
    });

    it('is disposed like any other', async () => {
      const { reranker, run } = await runningRun();
      reranker.pause();
      const rejected = expect(run).rejects.toMatchObject({ code: 'worker-failed' });
      reranker.dispose();
      await rejected;
      expect(reranker.paused).toBe(false);
    });
  });

  it('says what another machine says of itself, also when reaching it failed twice', async () => {
    class FarApi extends ScriptedRerankApi {
      override load(options: LoadOptions): Promise<LoadedModel> {
        this.loads.push(options);
        if (this.loads.length < 3) return Promise.reject(new Rank1Error('worker-failed', 'It is not there.'));
        return Promise.resolve({
          device: 'remote',
          deviceReason: 'On a server.',
          deviceCause: { code: 'server', host: 'far', model: 'large' },
          dtype: 'remote',
          maxPositions: 1,
        });
      }
    }
    const api = new FarApi(new SteadyPace(0));
    const createWorker = () => new FakeWorker(api).asWorker;
    const reranker = new Reranker({ faultTimes: { backOffMs: [0] }, createWorker });
    rerankers.push(reranker);
    expect((await reranker.load(MODEL)).deviceReason).toBe('On a server.');
    expect((await reranker.load(MODEL)).deviceReason).toBe('On a server.');
  });

  it('ends the worker when disposed', async () => {
    const { workers, reranker } = setUp();
    await reranker.load(MODEL);
    reranker.dispose();
    expect(workers[0]?.terminated).toBe(true);
  });
});
