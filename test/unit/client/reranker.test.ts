import { afterEach, describe, expect, it, vi } from 'vitest';
import { Reranker } from '../../../src/client/reranker.ts';
import type { Page } from '../../../src/client/hold.ts';
import { DEVICE_LOCK } from '../../../src/client/device-lease.ts';
import { FAULT_TIMES } from '../../../src/client/recovery.ts';
import { withResolvers } from '../../../src/base/async.ts';
import { isRank1Error, Rank1Error } from '../../../src/base/errors.ts';
import { partialResponse } from '../../../src/client/rerank-result.ts';
import type { RunState } from '../../../src/client/run-state.ts';
import type {
  LoadedModel,
  LoadOptions,
  RerankUpdate,
  UpdateListener,
} from '../../../src/protocol/rerank-api.ts';
import { FakeLocks } from '../../fakes/fake-locks.ts';
import { FakeWorker } from '../../fakes/fake-worker.ts';
import { ManualPace, SteadyPace, type Pace } from '../../fakes/pace.ts';
import { ScriptedRerankApi } from '../../fakes/scripted-rerank-api.ts';
import { scriptedReranker } from '../api/scripted-reranker.ts';
import { eventually } from '../../fakes/eventually.ts';
import { manyTasks } from '../../fakes/many-tasks.ts';

const QUERY = 'coldest city';
const DOCUMENTS = ['The coldest city is Yakutsk.', { title: 'Kuwait', text: 'A hot city.' }, ''];

const rerankers: Reranker[] = [];

class FakePage extends EventTarget implements Page {
  readonly visibilityState = 'visible';
}

function setUp(pace: Pace = new SteadyPace(0), locks = new FakeLocks(), page = new FakePage()) {
  const scripted = scriptedReranker(pace, { locks, page });
  rerankers.push(scripted.reranker);
  return scripted;
}

/** As it is for a document whose numbers overflow; the first document's are sound. */
function withoutNumbers(update: RerankUpdate): RerankUpdate {
  return update.type !== 'finished' || update.index === 0
    ? update
    : { ...update, finishReason: 'failed', verdict: null };
}

/** The page hears of each crash before the verdict that the worker posted in front of it, as it may in a browser. */
function crashBehindEachVerdict(api: ScriptedRerankApi, workers: readonly FakeWorker[]): void {
  const rerank = api.rerank.bind(api);
  api.rerank = async (request, onUpdates, signal) => {
    const worker = workers.at(-1);
    let isOver = false;
    const listener: UpdateListener = (updates, stats) => {
      if (isOver) return;
      onUpdates(updates, stats);
      isOver = updates.some(({ type }) => type === 'finished');
      if (isOver) worker?.crash('a fault');
    };
    const summary = await rerank(request, listener, signal);
    return isOver ? new Promise(() => undefined) : summary; // what has crashed says nothing more
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
    const model = await reranker.load({ onProgress: (progress) => loaded.push(progress.loadedBytes) });
    expect(model.device).toBe('wasm');
    expect(api.loads).toEqual([{ model: 'https://example.test/models/demo/', device: 'auto' }]);
    expect(loaded[0]).toBe(0);
    expect(loaded).toContain(20_000_000);
  });

  it('streams updates and resolves with the results', async () => {
    const { reranker } = setUp();
    await reranker.load();
    const updates: RerankUpdate[] = [];
    const { results } = await reranker.rerank({
      query: QUERY,
      documents: DOCUMENTS,
      onUpdate: (some) => updates.push(...some),
    });
    expect(results).toHaveLength(3);
    expect(updates.filter((update) => update.type === 'finished')).toHaveLength(3);
    const deltas = updates.flatMap((update) =>
      update.type === 'reasoning' && update.index === 0 ? [update.delta] : [],
    );
    expect(deltas.join('')).toContain('"… coldest city is"');
  });

  it('sends title and text only', async () => {
    const { api, reranker } = setUp();
    await reranker.load();
    await reranker.rerank({
      query: QUERY,
      documents: [{ id: 'a', title: 'T', text: 'x', metadata: { secret: 1 } }],
    });
    expect(api.requests[0]?.documents).toEqual([{ title: 'T', text: 'x' }]);
  });

  it.each([
    [{ query: '  ', documents: [] }, RangeError],
    [{ query: 7, documents: [] }, TypeError],
    [{ query: QUERY, documents: 'text' }, TypeError],
    [{ query: QUERY, documents: [{ title: 'no text' }] }, TypeError],
    [{ query: QUERY, documents: [null] }, TypeError],
    [{ query: QUERY, documents: [], maxNewTokens: 0 }, RangeError],
    [{ query: QUERY, documents: [], maxSlots: '4' }, TypeError],
    [{ query: QUERY, documents: [], mode: 'fast' }, RangeError],
    [{ query: QUERY, documents: [], mode: 'constructor' }, RangeError],
    [{ query: QUERY, documents: [], rethink: -1 }, RangeError],
    [{ query: QUERY, documents: [], rethink: '1' }, TypeError],
    [{ query: QUERY, documents: [], mode: 'instant', rethink: 1 }, RangeError],
    [{ query: QUERY, documents: [], loopGuard: 'no' }, TypeError],
    [{ query: QUERY, documents: [], queryTemplate: 7 }, TypeError],
    [{ query: QUERY, documents: [], queryTemplate: 'no place' }, RangeError],
    [{ query: QUERY, documents: [], preset: 'unknown' }, RangeError],
    [{ query: QUERY, documents: [], longDocuments: 'split' }, RangeError],
    [{ query: QUERY, documents: [], preset: 'answer', queryTemplate: 'FILL_QUERY_HERE' }, RangeError],
  ])('rejects the faulty call %j', async (call, error) => {
    const { reranker } = setUp();
    await expect(reranker.rerank(call as never)).rejects.toThrow(error);
  });

  it('leaves the run in progress alone when the next call is faulty', async () => {
    const { reranker } = setUp();
    await reranker.load();
    const run = reranker.rerank({ query: QUERY, documents: DOCUMENTS });
    await expect(reranker.rerank({ query: '', documents: [] })).rejects.toThrow(RangeError);
    expect((await run).results).toHaveLength(3);
  });

  it('keeps the code of an error that crosses the boundary', async () => {
    const { api, reranker } = setUp();
    api.failNextLoad = 'model-not-found';
    const error: unknown = await reranker.load().catch((reason: unknown) => reason);
    expect(isRank1Error(error, 'model-not-found')).toBe(true);
  });

  it('rejects with the reason when its signal aborts, and the run ends after the step in flight', async () => {
    const pace = new ManualPace();
    const { api, reranker } = setUp(pace);
    pace.release(5);
    await reranker.load();
    const controller = new AbortController();
    const { promise: begun, resolve } = withResolvers<void>();
    const onUpdate = (): void => resolve();
    const run = reranker.rerank({ query: QUERY, documents: DOCUMENTS, signal: controller.signal, onUpdate });
    pace.release(1);
    await begun;
    controller.abort(new Error('enough'));
    await expect(run).rejects.toThrow('enough');
    expect(reranker.busy).toBe(true);
    await eventually(() => {
      if (reranker.busy) pace.release(1);
      expect(reranker.busy).toBe(false);
    });
    expect(api.finishedRuns).toMatchObject([{ aborted: true, numFinished: 0 }]);
  });

  it('takes calls in the order of their arrival, and aborts none for another', async () => {
    const { api, reranker } = setUp();
    const queries = ['coldest city', 'hot city', 'baked bread'];
    const runs = queries.map((query) => reranker.rerank({ query, documents: DOCUMENTS }));
    const numResults = (await Promise.all(runs)).map(({ results }) => results.length);
    expect(numResults).toEqual([3, 3, 3]);
    expect(api.requests.map(({ query }) => query)).toEqual(queries);
  });

  it('throws what a listener throws, ends the run, and takes the next call', async () => {
    const { api, reranker } = setUp();
    for (const listener of ['onUpdate', 'onState', 'onLoadProgress'] as const) {
      reranker.dispose(); // so that the model is loaded again
      let numCalls = 0;
      const fault = new Error(`${listener} failed`);
      const run = reranker.rerank({
        query: QUERY,
        documents: DOCUMENTS,
        [listener]: () => {
          numCalls++;
          throw fault;
        },
      });
      await expect(run).rejects.toBe(fault);
      const next = await reranker.rerank({ query: QUERY, documents: DOCUMENTS });
      expect(next.results).toHaveLength(3);
      expect(numCalls).toBe(1);
    }
    expect(api.finishedRuns.filter(({ aborted }) => !aborted)).toHaveLength(3);
  });

  it.each(['onProgress', 'onState'] as const)(
    'throws what %s of a load throws, and loads again',
    async (name) => {
      const locks = new FakeLocks();
      const { api, reranker } = setUp(new SteadyPace(0), locks);
      const { promise: otherIsDone, resolve: endOther } = withResolvers<void>();
      const other = locks.request(DEVICE_LOCK, () => otherIsDone);
      const fault = new Error(`${name} failed`);
      let numCalls = 0;
      const listen = (): void => {
        numCalls++;
        throw fault;
      };
      const load = expect(reranker.load({ [name]: listen })).rejects.toBe(fault);
      await manyTasks(); // until it waits for the device
      endOther();
      await Promise.all([load, other]);
      expect(numCalls).toBe(1);
      expect((await reranker.load()).device).toBe('wasm');
      expect(api.loads.length).toBeLessThan(3);
    },
  );

  it('goes on in a fresh worker with the same model when the worker crashes', async () => {
    const pace = new ManualPace();
    const { api, workers, reranker } = setUp(pace);
    pace.release(5);
    await reranker.load();
    const run = reranker.rerank({ query: QUERY, documents: DOCUMENTS });
    await eventually(() => expect(api.requests).toHaveLength(1));
    workers[0]?.crash('a fault');
    await eventually(() => expect(workers[0]?.terminated).toBe(true));
    pace.release(200);
    expect((await run).results).toHaveLength(3);
    expect(workers).toHaveLength(2);
    expect(api.loads).toHaveLength(2);
  });

  it('takes verdicts that were on their way when the worker crashed, and goes on counting from them', async () => {
    const { api, workers, reranker } = setUp();
    await reranker.load();
    crashBehindEachVerdict(api, workers);
    const finished: number[] = [];
    const { results } = await reranker.rerank({
      query: QUERY,
      documents: DOCUMENTS.concat(DOCUMENTS),
      maxSlots: 1,
      onUpdate: (updates) =>
        finished.push(...updates.filter(({ type }) => type === 'finished').map(({ index }) => index)),
    });
    expect(results).toHaveLength(6);
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
      return { ...model, device: 'webgpu' };
    };
    await reranker.load();
    let numRuns = 0;
    const rerank = api.rerank.bind(api);
    api.rerank = (...call) => {
      if (++numRuns <= 2) api.failNextRun = 'device-lost';
      return rerank(...call);
    };
    const { results } = await reranker.rerank({ query: QUERY, documents: DOCUMENTS });
    expect(results).toHaveLength(3);
    await reranker.load();
    expect(api.loads.map(({ device }) => device)).toEqual(['auto', 'auto', 'wasm', 'auto']);
  });

  it('reports a load in progress to the loads that wait for it, whatever their listeners throw', async () => {
    const pace = new ManualPace();
    const { reranker } = setUp(pace);
    const first = reranker.load();
    const bytes: number[] = [];
    const second = reranker.load({ onProgress: ({ loadedBytes }) => bytes.push(loadedBytes) });
    const failing = reranker.load({ onProgress: () => { throw new Error('a fault of the listener'); } }); // prettier-ignore
    const failed = expect(failing).rejects.toThrow('a fault of the listener');
    pace.release(3);
    await eventually(() => expect(bytes.at(-1)).toBe(15_000_000));
    pace.release(1000);
    await expect(first).resolves.toMatchObject({ dtype: 'q4' });
    await expect(second).resolves.toMatchObject({ dtype: 'q4' });
    await failed;
  });

  it('stops waiting for a load when its signal aborts', async () => {
    const { reranker } = setUp(new ManualPace());
    const controller = new AbortController();
    const load = reranker.load({ signal: controller.signal });
    controller.abort();
    await expect(load).rejects.toMatchObject({ name: 'AbortError' });
  });

  describe('when paused', () => {
    /** A run whose first update has come; each further step is the test's to give. */
    async function runningRun(locks = new FakeLocks(), page = new FakePage()) {
      const pace = new ManualPace();
      const { api, workers, reranker } = setUp(pace, locks, page);
      pace.release(5);
      await reranker.load();
      const updates: RerankUpdate[] = [];
      let onFirst = (): void => undefined;
      const first = new Promise<void>((resolve) => (onFirst = resolve));
      const controller = new AbortController();
      const run = reranker.rerank({
        query: QUERY,
        documents: DOCUMENTS,
        signal: controller.signal,
        onUpdate: (some) => {
          updates.push(...some);
          onFirst();
        },
      });
      pace.release(1);
      await first;
      const abort = (): void => controller.abort();
      return { api, pace, workers, reranker, run, updates, abort };
    }

    it('holds the run and goes on where it was', async () => {
      const { api, pace, reranker, run, updates } = await runningRun();
      reranker.pause();
      expect(reranker.paused).toBe(true);
      await eventually(() => expect(api.isPaused).toBe(true));
      const numUpdates = updates.length;
      pace.release(100);
      await eventually(() => expect(api.numHeld).toBe(1));
      expect(updates).toHaveLength(numUpdates);
      reranker.resume();
      expect(reranker.paused).toBe(false);
      expect((await run).results).toHaveLength(3);
    });

    it('by its page, which freezes, may be silent for days, and goes on in the same worker when it thaws', async () => {
      vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] }); // those of the watchdog
      const page = new FakePage();
      const { api, pace, workers, run } = await runningRun(new FakeLocks(), page);
      page.dispatchEvent(new Event('freeze'));
      vi.advanceTimersByTime(100 * FAULT_TIMES.silentRunMs);
      await eventually(() => expect(api.isPaused).toBe(true));
      pace.release(100);
      page.dispatchEvent(new Event('resume'));
      expect((await run).results).toHaveLength(3);
      expect(workers).toHaveLength(1);
    });

    it('can be aborted, and the next run is not held', async () => {
      const { api, pace, reranker, run, abort } = await runningRun();
      reranker.pause();
      await eventually(() => expect(api.isPaused).toBe(true));
      pace.release(100);
      abort();
      await expect(run).rejects.toMatchObject({ name: 'AbortError' });
      pace.release(100);
      const next = await reranker.rerank({ query: QUERY, documents: DOCUMENTS });
      expect(next.results).toHaveLength(3);
      expect(reranker.paused).toBe(false);
    });

    it.each(['abort', 'dispose'] as const)(
      'and resumed, keeps no device when %s comes before the lock does',
      async (end) => {
        const locks = new FakeLocks();
        const running = await runningRun(locks);
        const { api, pace, reranker, run, abort } = running;
        reranker.pause();
        await eventually(() => expect([api.isPaused, locks.numHeld]).toEqual([true, 0]));
        pace.release(100);
        let arrive = (): void => undefined;
        const arrival = new Promise<void>((resolve) => (arrive = resolve));
        locks.roundTrip = () => arrival;
        reranker.resume();
        if (end === 'abort') abort();
        else reranker.dispose();
        await run.catch(() => undefined);
        arrive();
        await new Promise((resolve) => setImmediate(resolve)); // all that follows the grant
        expect(locks.numHeld).toBe(0);
      },
    );

    it('holds a run that has not begun', async () => {
      const { api, reranker } = setUp();
      await reranker.load();
      reranker.pause();
      const states: RunState[] = [];
      const run = reranker.rerank({
        query: QUERY,
        documents: DOCUMENTS,
        onState: (state) => states.push(state),
      });
      await eventually(() => expect(states).toEqual([{ type: 'paused', by: 'caller' }]));
      expect(api.requests).toHaveLength(0);
      reranker.resume();
      expect((await run).results).toHaveLength(3);
    });

    it('and resumed in the last step of a group, waits for the tab that has the device before the next', async () => {
      const locks = new FakeLocks();
      const { api, reranker } = setUp(new SteadyPace(0), locks);
      const { promise: lastStep, resolve: endLastStep } = withResolvers<void>();
      const rerank = api.rerank.bind(api);
      api.rerank = async (request, onUpdates, signal) => {
        const isFirst = api.requests.length === 0;
        const fail: UpdateListener = (updates, stats) => onUpdates(updates.map(withoutNumbers), stats);
        const summary = await rerank(request, isFirst ? fail : onUpdates, signal);
        if (!isFirst) await lastStep;
        return summary;
      };
      const states: string[] = [];
      const onState = ({ type }: RunState): void => void states.push(type);
      const run = reranker.rerank({ query: QUERY, documents: DOCUMENTS, onState });
      // Of the list all but the first fail; the first of those is alone in this group, the other in the next.
      await eventually(() => expect(api.finishedRuns).toHaveLength(2));
      reranker.pause();
      const { promise: otherIsDone, resolve: endOther } = withResolvers<void>();
      let isWithOther = false;
      const other = locks.request(DEVICE_LOCK, () => ((isWithOther = true), otherIsDone));
      await eventually(() => expect(isWithOther).toBe(true));
      reranker.resume();
      await eventually(() => expect(states.at(-1)).toBe('waiting'));
      endLastStep();
      await manyTasks(); // all that follows the end of the step
      expect([api.requests.length, states.at(-1)]).toEqual([2, 'waiting']);
      endOther();
      expect((await run).results).toHaveLength(3);
      await other;
      expect(states.slice(-2)).toEqual(['waiting', 'running']);
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

  it('rejects the calls that wait when it is disposed, as those in flight', async () => {
    const pace = new ManualPace();
    const { reranker } = setUp(pace);
    const call = { query: QUERY, documents: DOCUMENTS };
    const calls = [reranker.load(), reranker.rerank(call), reranker.rerank(call)];
    const outcomes = Promise.allSettled(calls);
    reranker.dispose();
    for (const outcome of await outcomes)
      expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'worker-failed' } });
    pace.release(200);
    expect((await reranker.rerank(call)).results).toHaveLength(3);
  });

  it('hands each call its own verdicts with the error when it is disposed', async () => {
    const pace = new ManualPace();
    const { reranker } = setUp(pace);
    const verdictsOf = (error: unknown) => partialResponse(error)?.results.map(({ index }) => index);
    let numFinished = 0;
    const documents = DOCUMENTS.concat(DOCUMENTS);
    const onUpdate = (updates: readonly RerankUpdate[]): void => {
      numFinished += updates.filter(({ type }) => type === 'finished').length;
    };
    const calls = [
      reranker.rerank({ query: QUERY, documents, maxSlots: 1, onUpdate }),
      reranker.rerank({ query: QUERY, documents }),
    ];
    // What each catches is looked at when it is caught, and once the run has ended.
    const caught = calls.map((call) =>
      call.then(
        () => null,
        (error: unknown) => ({ error, verdicts: verdictsOf(error) }),
      ),
    );
    await eventually(() => {
      if (numFinished < 2) pace.release(1);
      expect(numFinished).toBe(2);
    });
    reranker.dispose();
    const [running, waiting] = await Promise.all(caught);
    expect([running?.verdicts, waiting?.verdicts]).toEqual([[0, 1], undefined]);
    pace.release(1000);
    await reranker.rerank({ query: QUERY, documents });
    expect([running, waiting].map((one) => verdictsOf(one?.error))).toEqual([[0, 1], undefined]);
  });

  it("leaves the reason of the caller's signal as it is", async () => {
    const { reranker } = setUp();
    const reason = new Rank1Error('worker-failed', 'enough');
    const controller = new AbortController();
    const onUpdate = (): void => controller.abort(reason);
    const run = reranker.rerank({ query: QUERY, documents: DOCUMENTS, signal: controller.signal, onUpdate });
    await expect(run).rejects.toBe(reason);
    await reranker.rerank({ query: QUERY, documents: DOCUMENTS });
    expect(partialResponse(reason)).toBeNull();
  });

  it('forgets when it is disposed that the GPU failed, whatever ends only then', async () => {
    const pace = new ManualPace();
    const { api, reranker } = setUp(pace);
    const load = api.load.bind(api);
    api.load = async (options, onProgress) => {
      const model = await load(options, onProgress);
      return options.device === 'auto' ? { ...model, device: 'webgpu' } : model;
    };
    const rerank = api.rerank.bind(api);
    api.rerank = (...call) => {
      if (api.requests.length < 2) api.failNextRun = 'device-lost';
      return rerank(...call);
    };
    const run = reranker.rerank({ query: QUERY, documents: DOCUMENTS }).catch(() => undefined);
    await eventually(() => {
      if (api.requests.length < 3) pace.release(1);
      expect(api.requests).toHaveLength(3);
    });
    reranker.dispose();
    await run;
    pace.release(1000);
    await reranker.load();
    expect(api.loads.map(({ device }) => device)).toEqual(['auto', 'auto', 'wasm', 'auto']);
  });

  it('says what another machine says of itself, and leaves it to its backend to try again', async () => {
    class FarApi extends ScriptedRerankApi {
      readonly remoteHost = 'far';

      override load(options: LoadOptions): Promise<LoadedModel> {
        this.loads.push(options);
        if (this.loads.length < 2) return Promise.reject(new Rank1Error('worker-failed', 'It is not there.'));
        return Promise.resolve({
          device: 'remote',
          deviceReason: 'On a server.',
          deviceCause: { code: 'server', host: 'far', model: 'large' },
          dtype: 'remote',
          maxPositions: 1,
          canReason: true,
        });
      }
    }
    const reranker = new Reranker({
      backend: new FarApi(new SteadyPace(0)),
      faultTimes: { backOffMs: [0] },
    });
    rerankers.push(reranker);
    expect(reranker.remoteHost).toBe('far');
    await expect(reranker.load()).rejects.toMatchObject({ message: 'It is not there.' });
    expect((await reranker.load()).deviceReason).toBe('On a server.');
  });

  it('ends the worker when disposed', async () => {
    const { workers, reranker } = setUp();
    await reranker.load();
    reranker.dispose();
    expect(workers[0]?.terminated).toBe(true);
  });
});
