import { expect, it, onTestFinished, vi } from 'vitest';
import { WorkerBackend } from '../../../src/client/worker-backend.ts';
import { FAULT_TIMES } from '../../../src/client/recovery.ts';
import { createReranker } from '../../../src/index.ts';
import { RANK1_PROFILE } from '../../../src/model/scoring-profile.ts';
import { RerankService } from '../../../src/service/rerank/rerank-service.ts';
import { FakeWorker } from '../../fakes/fake-worker.ts';
import { ManualPace } from '../../fakes/pace.ts';
import { ScriptedRerankApi } from '../../fakes/scripted-rerank-api.ts';
import { ScriptedRuntime } from '../../fakes/scripted-runtime.ts';

it('keeps the worker and its model when a call has options that the model refuses', async () => {
  const profile = { ...RANK1_PROFILE, name: 'scores', chain: 'none' as const };
  const runtimes: ScriptedRuntime[] = [];
  const workers: FakeWorker[] = [];
  const load = (): Promise<ScriptedRuntime> => {
    const runtime = new ScriptedRuntime({ profile });
    runtimes.push(runtime);
    return Promise.resolve(runtime);
  };
  const reranker = createReranker({
    model: 'https://models.test/a/',
    createWorker: () => {
      const worker = new FakeWorker(new RerankService(load));
      workers.push(worker);
      return worker.asWorker;
    },
  });
  onTestFinished(() => reranker.dispose());
  const request = { query: 'tea?', documents: ['tea'] };
  for (let time = 0; time < 3; time++)
    await expect(reranker.rerank({ ...request, samples: 2 })).rejects.toMatchObject({
      code: 'option-unsupported',
    });
  expect((await reranker.rerank(request)).results).toHaveLength(1);
  expect([workers.length, runtimes.length]).toEqual([1, 1]);
});

it('loads anew after a load that failed once nobody waited for it', async () => {
  const pace = new ManualPace();
  const api = new ScriptedRerankApi(pace);
  const workers: FakeWorker[] = [];
  const createWorker = () => {
    workers.push(new FakeWorker(api));
    return workers.at(-1)!.asWorker;
  };
  const backend = new WorkerBackend(createWorker, FAULT_TIMES);
  onTestFinished(() => backend.close(new Error('done')));
  const load = (signal: AbortSignal) =>
    backend.load({ model: 'https://models.test/a/', device: 'auto' }, () => undefined, signal);
  const stop = new AbortController();
  const stopped = load(stop.signal);
  await expect.poll(() => api.loads.length).toBe(1);
  stop.abort(new Error('stopped'));
  await expect(stopped).rejects.toThrow('stopped');
  api.failNextLoad = 'model-not-found';
  pace.release(1000);
  await expect.poll(() => workers[0]?.terminated).toBe(true);
  await expect(load(new AbortController().signal)).resolves.toMatchObject({ dtype: 'q4' });
});

it('says at once what to do where there are no Web Workers, as in Node', async () => {
  vi.stubGlobal('Worker', undefined);
  onTestFinished(() => void vi.unstubAllGlobals());
  const reranker = createReranker({ model: 'https://models.test/a/' });
  const onState = vi.fn();
  await expect(reranker.rerank({ query: 'tea?', documents: ['tea'], onState })).rejects.toMatchObject({
    code: 'option-unsupported',
    message: expect.stringMatching(/no Web Workers.*endpoint.*rank1-rerank serve/),
  });
  expect(onState).not.toHaveBeenCalled();
});

it('tells outside a page that the address of a model must be absolute', () => {
  expect(() => createReranker({ model: '/models/a/' })).toThrow(/\/models\/a\/ \(.*must be absolute\)/);
});
