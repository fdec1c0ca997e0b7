import { describe, expect, it } from 'vitest';
import { Reranker } from '../../../src/client/reranker.ts';
import { SharedRerankers } from '../../../src/client/shared-rerankers.ts';
import { FakeWorker } from '../../fakes/fake-worker.ts';
import { SteadyPace } from '../../fakes/pace.ts';
import { ScriptedRerankApi } from '../../fakes/scripted-rerank-api.ts';

const MODEL = 'https://example.test/models/demo/';

function setUp() {
  const workers: FakeWorker[] = [];
  const createWorker = (): Worker => {
    const worker = new FakeWorker(new ScriptedRerankApi(new SteadyPace(0)));
    workers.push(worker);
    return worker.asWorker;
  };
  return { workers, shared: new SharedRerankers((load) => new Reranker({ ...load, createWorker })) };
}

describe('SharedRerankers', () => {
  it('gives the same Reranker for the same model, however its address is written', () => {
    const { shared } = setUp();
    const first = shared.acquire({ model: MODEL });
    expect(shared.acquire({ model: MODEL.slice(0, -1), device: 'auto' }).reranker).toBe(first.reranker);
    expect(shared.acquire({ model: MODEL, device: 'wasm' }).reranker).not.toBe(first.reranker);
    expect(shared.acquire({ model: MODEL, dtype: 'q4' }).reranker).not.toBe(first.reranker);
  });

  it('ends the worker with the last lease, and only then', async () => {
    const { shared, workers } = setUp();
    const [first, second] = [shared.acquire({ model: MODEL }), shared.acquire({ model: MODEL })];
    await first.reranker.load();
    first.release();
    first.release();
    expect(workers.map(({ terminated }) => terminated)).toEqual([false]);
    second.release();
    expect(workers.map(({ terminated }) => terminated)).toEqual([true]);
    expect(shared.acquire({ model: MODEL }).reranker).not.toBe(first.reranker);
  });

  it('tells picked files apart by what they are, not by their names', () => {
    const { shared } = setUp();
    const [one, other] = [new Blob(['1']), new Blob(['2'])];
    const lease = shared.acquire({ model: 'https://files.test/', modelFiles: { 'a.onnx': one } });
    const same = shared.acquire({ model: 'https://files.test/', modelFiles: { 'a.onnx': one } });
    expect(same.reranker).toBe(lease.reranker);
    const another = shared.acquire({ model: 'https://files.test/', modelFiles: { 'a.onnx': other } });
    expect(another.reranker).not.toBe(lease.reranker);
  });

  it('refuses what is no model', () => {
    expect(() => setUp().shared.acquire({ model: '' })).toThrow(TypeError);
  });
});
