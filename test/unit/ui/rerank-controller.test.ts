import { afterEach, describe, expect, it } from 'vitest';
import { DEVICE_LOCK } from '../../../src/client/device-lease.ts';
import { Reranker } from '../../../src/client/reranker.ts';
import { withResolvers } from '../../../src/base/async.ts';
import type { RerankDocument } from '../../../src/protocol/rerank-api.ts';
import type { Rank1EventDetails } from '../../../src/ui/events.ts';
import { RerankController, type RerankHost, type RunRequest } from '../../../src/ui/rerank-controller.ts';
import { FakeLocks } from '../../fakes/fake-locks.ts';
import { FakeWorker } from '../../fakes/fake-worker.ts';
import { ManualPace, SteadyPace, type Pace } from '../../fakes/pace.ts';
import { ScriptedRerankApi } from '../../fakes/scripted-rerank-api.ts';
import { eventually } from '../../fakes/eventually.ts';

const REQUEST: RunRequest = {
  query: 'coldest city',
  documents: [
    { title: 'Cairo', text: 'a city' },
    { title: 'Oslo', text: 'a coldest city' },
  ],
  load: { model: 'https://example.test/models/demo/', device: 'auto' },
  explainer: '',
  options: {},
};

const rerankers: Reranker[] = [];
afterEach(() => rerankers.splice(0).forEach((reranker) => reranker.dispose()));

/** @param listen called at each event */
function setUp(
  pace: Pace = new SteadyPace(0),
  listen: (type: keyof Rank1EventDetails, controller: RerankController) => void = () => undefined,
  explainer?: Reranker,
  locks = new FakeLocks(),
) {
  const api = new ScriptedRerankApi(pace);
  const createWorker = () => new FakeWorker(api).asWorker;
  const reranker = new Reranker({ ...REQUEST.load, createWorker, locks });
  rerankers.push(reranker);
  const events: (keyof Rank1EventDetails)[] = [];
  const host: RerankHost = {
    requestUpdate: () => undefined,
    acquireReranker: () => reranker,
    acquireExplainer: () => explainer,
    remoteHost: null,
    emit: (type) => {
      events.push(type);
      listen(type, controller);
    },
  };
  const controller: RerankController = new RerankController(host);
  return { api, events, controller };
}

describe('RerankController', () => {
  it('goes from loading to running to complete, and tells of each step', async () => {
    const { controller, events } = setUp();
    const run = controller.run(REQUEST);
    expect(controller.phase).toBe('loading');
    await expect(run).resolves.toMatchObject({ numFinished: 2 });
    expect(controller.phase).toBe('complete');
    expect(controller.results.map(({ document, rank }) => [document.title, rank])).toEqual([
      ['Oslo', 1],
      ['Cairo', 2],
    ]);
    expect(events.filter((type) => type === 'rank1-verdict')).toHaveLength(2);
    expect(events.at(-1)).toBe('rank1-complete');
    expect(controller.announcements.map(({ text }) => text.split(':')[0])).toEqual(['Cairo', 'Oslo']);
  });

  it('keeps the error of a failed run, and forgets it with the next', async () => {
    const { api, controller, events } = setUp();
    api.failNextRun = 'model-corrupt';
    await expect(controller.run(REQUEST)).resolves.toBeNull();
    expect(controller.phase).toBe('failed');
    expect(controller.error).toMatchObject({ code: 'model-corrupt' });
    expect(events.at(-1)).toBe('rank1-error');
    await controller.run(REQUEST);
    expect(controller.error).toBeNull();
    expect(controller.phase).toBe('complete');
  });

  it('stops a load without calling it an error', async () => {
    const { controller, events } = setUp(new ManualPace());
    const run = controller.run(REQUEST);
    controller.abort();
    await run;
    expect(controller.phase).toBe('aborted');
    expect(controller.list.items.map(({ state }) => state)).toEqual(['queued', 'queued']);
    expect(events.at(-1)).toBe('rank1-abort');
  });

  it('lets a replaced run have no effect', async () => {
    const { controller, events } = setUp();
    const first = controller.run(REQUEST);
    const second = controller.run({ ...REQUEST, query: 'oslo' });
    expect(events).toEqual(['rank1-abort']); // whoever waits for its end is told
    await expect(first).resolves.toBeNull();
    await second;
    expect(events.filter((type) => type === 'rank1-abort')).toHaveLength(1);
    expect(controller.query).toBe('oslo');
    expect(controller.phase).toBe('complete');
  });

  it('shows new documents as waiting and drops what still arrives for the old ones', async () => {
    const pace = new ManualPace();
    const { controller } = setUp(pace);
    const run = controller.run(REQUEST);
    pace.release(6);
    await eventually(() => expect(controller.list.items[0]?.state).toBe('reading'));
    controller.reset([{ text: 'new' }]);
    pace.release(100);
    await run;
    expect(controller.phase).toBe('idle');
    expect(controller.list.items.map(({ state }) => state)).toEqual(['queued']);
  });

  it('goes on with a run when it is given equal documents again', async () => {
    const { controller, events } = setUp();
    const run = controller.run(REQUEST);
    const again = REQUEST.documents.map((document, n) => ({ ...document, id: `new ${n}` }));
    controller.show(again, 'another question, typed meanwhile');
    await expect(run).resolves.toMatchObject({ aborted: false, numFinished: 2 });
    expect(events).not.toContain('rank1-abort');
    expect(controller.results.map(({ document }) => document.id)).toEqual(['new 1', 'new 0']);
  });

  it('keeps the verdicts of documents that stay, wherever they stand', async () => {
    const { controller } = setUp();
    await controller.run(REQUEST);
    const [cairo, oslo] = REQUEST.documents as [RerankDocument, RerankDocument];
    const before = controller.results.map(({ verdict }) => verdict?.score);
    controller.show([{ text: 'new' }, oslo, { ...cairo }, oslo], REQUEST.query);
    expect(controller.phase).toBe('idle');
    expect(controller.results.map(({ index, state }) => [index, state])).toEqual([
      [1, 'decided'],
      [2, 'decided'],
      [0, 'queued'],
      [3, 'queued'],
    ]);
    expect(controller.results.slice(0, 2).map(({ verdict }) => verdict?.score)).toEqual(before);
  });

  it('stays complete when documents are only taken away', async () => {
    const { controller } = setUp();
    await controller.run(REQUEST);
    controller.show(REQUEST.documents.slice(1), REQUEST.query);
    expect(controller.phase).toBe('complete');
    expect(controller.results).toMatchObject([{ index: 0, rank: 1, document: { title: 'Oslo' } }]);
  });

  it('knows what its verdicts were asked for, as long as it shows any', async () => {
    const { controller } = setUp();
    expect(controller.asked).toBeNull();
    await controller.run(REQUEST);
    controller.show(REQUEST.documents.slice(1), REQUEST.query);
    expect(controller.asked).toBe(REQUEST);
    controller.show(REQUEST.documents, 'another question');
    expect(controller.asked).toBeNull();
  });

  it.each<[string, Partial<RunRequest>]>([
    ['question', { query: 'warmest city' }],
    ['document', { documents: REQUEST.documents.slice(1) }],
    ['model', { load: { ...REQUEST.load, model: 'https://example.test/models/other/' } }],
    ['explainer', { explainer: 'https://example.test/models/other/' }],
    ['option', { options: { reasons: 'none' } }],
  ])('has no ranking of a request with another %s', async (_, other) => {
    const { controller } = setUp();
    expect(controller.isRankingOf(REQUEST)).toBe(false);
    await controller.run(REQUEST);
    expect(controller.isRankingOf(REQUEST)).toBe(true);
    expect(controller.isRankingOf({ ...REQUEST, ...other })).toBe(false);
  });

  it('keeps no verdict on another question, and none of a document whose text changed', async () => {
    const { controller } = setUp();
    await controller.run(REQUEST);
    controller.show([{ ...REQUEST.documents[0], text: 'a town' }], REQUEST.query);
    expect(controller.list.items.map(({ state }) => state)).toEqual(['queued']);
    await controller.run(REQUEST);
    controller.show(REQUEST.documents.slice(1), 'oslo');
    expect(controller.list.items.map(({ state }) => state)).toEqual(['queued']);
  });

  it('keeps what was decided before a change of the list ended the run', async () => {
    const pace = new ManualPace();
    const { controller, events } = setUp(pace);
    const run = controller.run({ ...REQUEST, options: { maxSlots: 1 } });
    await eventually(() => {
      pace.release(1);
      expect(controller.list.items.some(({ verdict }) => verdict)).toBe(true);
    });
    const decided = controller.list.items.findIndex(({ verdict }) => verdict);
    controller.show([...REQUEST.documents, { text: 'new' }], REQUEST.query);
    await run;
    expect(events.at(-1)).toBe('rank1-abort');
    const states = controller.list.items.map(({ state }) => state);
    expect(states).toEqual(states.map((_, index) => (index === decided ? 'decided' : 'queued')));
  });

  it('holds a run and lets it go on where it was', async () => {
    const { controller, events } = setUp();
    const run = controller.run(REQUEST);
    controller.pause();
    expect(controller.paused).toBe(true);
    await eventually(() => expect(controller.runState).toEqual({ type: 'paused', by: 'caller' }));
    expect(controller.list.items.every(({ verdict }) => verdict === null)).toBe(true);
    controller.resume();
    await expect(run).resolves.toMatchObject({ numFinished: 2, aborted: false });
    expect(controller.paused).toBe(false);
    expect(events.filter((type) => type === 'rank1-pause' || type === 'rank1-resume')).toEqual([
      'rank1-pause',
      'rank1-resume',
    ]);
  });

  it('aborts a run that is held', async () => {
    const { controller } = setUp();
    const run = controller.run(REQUEST);
    controller.pause();
    await eventually(() => expect(controller.runState).toEqual({ type: 'paused', by: 'caller' }));
    controller.abort();
    await run;
    expect(controller.phase).toBe('aborted');
    expect(controller.paused).toBe(false);
  });

  describe('with a listener that starts another run', () => {
    /** Starts one at the first event of this type; at an update that decides something, so that verdicts follow. */
    function startAgain(at: keyof Rank1EventDetails) {
      const runs: Promise<unknown>[] = [];
      const listen = (type: keyof Rank1EventDetails, controller: RerankController): void => {
        const isTime = at !== 'rank1-update' || controller.list.items.some(({ verdict }) => verdict);
        if (type === at && isTime && runs.length === 0)
          runs.push(controller.run({ ...REQUEST, query: 'oslo' }));
      };
      return { runs, ...setUp(new SteadyPace(0), listen) };
    }

    it.each([
      ['another list', (controller: RerankController) => controller.show([{ text: 'new' }], REQUEST.query)],
      ['no list', (controller: RerankController) => controller.reset([])],
      ['another run', (controller: RerankController) => void controller.run(REQUEST)],
    ])('at rank1-abort goes on with that one, which %s cannot undo', async (_, replace) => {
      const { api, runs, controller } = startAgain('rank1-abort');
      const first = controller.run(REQUEST);
      replace(controller);
      expect([controller.query, controller.busy]).toEqual(['oslo', true]);
      await expect(runs[0]).resolves.toMatchObject({ aborted: false, numFinished: 2 });
      await expect(first).resolves.toBeNull();
      expect(controller.phase).toBe('complete');
      expect(api.requests.map(({ query }) => query)).toEqual(['oslo']);
    });

    it('at rank1-abort sums up the run that ended', async () => {
      const { runs, controller } = startAgain('rank1-abort');
      const run = controller.run({ ...REQUEST, documents: [...REQUEST.documents, { text: 'b' }] });
      controller.abort();
      await expect(run).resolves.toMatchObject({ aborted: true, numDocuments: 3 });
      await runs[0];
    });

    it.each(['rank1-update', 'rank1-verdict'] as const)(
      'at %s reports no verdict of the new run too early',
      async (at) => {
        const { runs, controller, events } = startAgain(at);
        await controller.run(REQUEST);
        await runs[0];
        const reported = events.slice(events.lastIndexOf('rank1-abort'));
        expect(reported.filter((type) => type === 'rank1-verdict')).toHaveLength(2);
        expect(controller.announcements).toHaveLength(2);
      },
    );
  });

  describe('that shares a reranker on a server with another', () => {
    /** Two runs in progress, of one row each; the steps are the test's to give. */
    async function twoRuns() {
      const pace = new ManualPace();
      const api = Object.assign(new ScriptedRerankApi(pace), { remoteHost: 'far', maxRuns: Infinity });
      const reranker = new Reranker({ backend: api });
      rerankers.push(reranker);
      const begin = async () => {
        const controller = new RerankController({
          requestUpdate: () => undefined,
          acquireReranker: () => reranker,
          acquireExplainer: () => undefined,
          remoteHost: null,
          emit: () => undefined,
        });
        const run = controller.run({ ...REQUEST, options: { maxSlots: 1 } });
        await eventually(() => {
          pace.release(1);
          expect(controller.phase).toBe('running');
        });
        return { controller, run };
      };
      return { api, pace, reranker, one: await begin(), other: await begin() };
    }

    it('lets the other go on when its paused run ends', async () => {
      const { pace, reranker, one, other } = await twoRuns();
      one.controller.pause();
      one.controller.abort();
      expect(reranker.paused).toBe(false);
      pace.release(1000);
      await expect(one.run).resolves.toMatchObject({ aborted: true });
      await expect(other.run).resolves.toMatchObject({ aborted: false, numFinished: 2 });
    });

    it.each(['abort', 'resume'] as const)('stays paused whatever the other does: %s', async (what) => {
      const { pace, reranker, one, other } = await twoRuns();
      one.controller.pause();
      other.controller.pause();
      other.controller[what]();
      expect(reranker.paused).toBe(true);
      pace.release(1000);
      if (what === 'abort') await other.run;
      expect([reranker.paused, one.controller.paused]).toEqual([true, true]);
      one.controller.resume();
      await expect(one.run).resolves.toMatchObject({ aborted: false, numFinished: 2 });
      await other.run;
    });
  });

  it('names the model that scores, and shows the download of the one that explains', async () => {
    const pace = new ManualPace();
    const explaining = new ScriptedRerankApi(pace);
    const load = explaining.load.bind(explaining);
    explaining.load = async (...call) => ({ ...(await load(...call)), dtype: 'q8' });
    const explainer = new Reranker({
      ...REQUEST.load,
      createWorker: () => new FakeWorker(explaining).asWorker,
    });
    rerankers.push(explainer);
    const named = new Set<string | undefined>();
    const { controller } = setUp(
      new SteadyPace(0),
      (type, { model }) => type === 'rank1-verdict' && named.add(model?.dtype),
      explainer,
    );
    const run = controller.run({ ...REQUEST, options: { reasons: 'top', top: 1 } });
    await eventually(() => expect(explaining.loads).toHaveLength(1));
    pace.release(2);
    await eventually(() => expect(controller.loadProgress?.loadedBytes).toBe(10_000_000));
    expect(controller.phase).toBe('loading');
    pace.release(1000);
    await expect(run).resolves.toMatchObject({ numFinished: 2 });
    expect([controller.phase, ...named]).toEqual(['complete', 'q4']);
  });

  it('waits for the page that has the device no longer than that has it, and loads then', async () => {
    const locks = new FakeLocks();
    const { promise: otherIsDone, resolve: endOther } = withResolvers<void>();
    const other = locks.request(DEVICE_LOCK, () => otherIsDone);
    const pace = new ManualPace();
    const { controller } = setUp(pace, undefined, undefined, locks);
    const run = controller.run(REQUEST);
    await eventually(() => expect(controller.runState).toEqual({ type: 'waiting' }));
    endOther();
    await other;
    pace.release(2);
    await eventually(() => expect(controller.loadProgress?.loadedBytes).toBe(10_000_000));
    expect([controller.phase, controller.runState]).toEqual(['loading', null]);
    pace.release(1000);
    await expect(run).resolves.toMatchObject({ numFinished: 2 });
  });

  it('waits for its turn on a reranker that another uses, and can give up waiting', async () => {
    const { api, controller } = setUp();
    const other = new RerankController({
      requestUpdate: () => undefined,
      acquireReranker: () => rerankers.at(-1) as Reranker,
      acquireExplainer: () => undefined,
      remoteHost: null,
      emit: () => undefined,
    });
    const first = other.run(REQUEST);
    const second = controller.run(REQUEST);
    expect(controller.phase).toBe('waiting');
    controller.abort();
    await second;
    expect(controller.phase).toBe('aborted');
    const third = controller.run(REQUEST);
    await expect(first).resolves.toMatchObject({ aborted: false, numFinished: 2 });
    await expect(third).resolves.toMatchObject({ aborted: false, numFinished: 2 });
    expect(api.requests).toHaveLength(2);
  });
});
