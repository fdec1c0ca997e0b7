/** A runtime whose threads never start: seen in Firefox, in one load of ten. The clock is the test's. */
import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, expect, it, onTestFinished, vi } from 'vitest';
import { withResolvers } from '../../../src/base/async.ts';
import { FAULT_TIMES } from '../../../src/client/recovery.ts';
import { Reranker } from '../../../src/client/reranker.ts';
import type { RunState } from '../../../src/client/run-state.ts';
import type { ModelFolder } from '../../../src/model/model-folder.ts';
import type { LoadOptions } from '../../../src/protocol/rerank-api.ts';
import {
  answerCalls,
  type CallPort,
  type FromWorker,
  type ToWorker,
} from '../../../src/protocol/worker-calls.ts';
import type { Ort } from '../../../src/runtime/runtime-host.ts';
import { RerankService } from '../../../src/service/rerank/rerank-service.ts';
import { loadRuntimeWith, type Surroundings } from '../../../workers/load-runtime.ts';

const MODEL = {
  device: 'wasm',
  deviceReason: 'No GPU.',
  deviceCause: { code: 'no-adapter' },
  dtype: 'q4',
  maxPositions: 64,
} as const;

/** Reaches the start of the threads, and goes on only if `starts` says so. */
class ThreadedWorker extends EventTarget {
  terminated = false;
  readonly #starts: (load: LoadOptions) => boolean;

  constructor(starts: (load: LoadOptions) => boolean) {
    super();
    this.#starts = starts;
  }

  postMessage(message: ToWorker): void {
    if (message.type !== 'call' || message.method !== 'load') return;
    const { id } = message;
    const load = (message.args as [LoadOptions])[0];
    const update = (stage: string): FromWorker => ({
      type: 'update',
      id,
      values: [{ stage, loadedBytes: 0, totalBytes: 0 }],
    });
    this.#say(update('download'));
    this.#say(update('runtime'));
    this.#say(update('download')); // goes on beside it
    if (!this.#starts(load)) return;
    this.#say(update('session'));
    this.#say({ type: 'done', id, value: MODEL });
  }

  terminate(): void {
    this.terminated = true;
  }

  #say(data: FromWorker): void {
    queueMicrotask(() => this.dispatchEvent(new MessageEvent('message', { data })));
  }
}

const DEMO = new URL('../../fixtures/demo-model/', import.meta.url);

/** The demo model, all there at once, as on a later visit. */
const HERE: ModelFolder = {
  address: DEMO.href,
  readText: (path) => Promise.resolve(readFileSync(new URL(path, DEMO), 'utf8')),
  readWeights: (path) =>
    Promise.resolve({ data: new Uint8Array(readFileSync(new URL(path, DEMO))), verified: null }),
};

/** The product's worker, in this thread: messages take a microtask. */
class LocalWorker extends EventTarget {
  terminated = false;
  readonly #inside = new EventTarget();

  constructor(surroundings: Surroundings) {
    super();
    const postMessage = (data: FromWorker): void => this.#send(this, data);
    const port = Object.assign(this.#inside, { postMessage }) as unknown as CallPort;
    answerCalls(new RerankService(loadRuntimeWith(surroundings)), port);
  }

  postMessage(message: ToWorker): void {
    this.#send(this.#inside, message);
  }

  terminate(): void {
    this.terminated = true;
  }

  #send(to: EventTarget, data: FromWorker | ToWorker): void {
    queueMicrotask(() => to.dispatchEvent(new MessageEvent('message', { data })));
  }
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function rerankerWith(device: 'auto' | 'wasm', starts: (load: LoadOptions, nth: number) => boolean) {
  const workers: ThreadedWorker[] = [];
  const loads: LoadOptions[] = [];
  const states: RunState[] = [];
  const createWorker = (): Worker => {
    const worker = new ThreadedWorker((load) => {
      loads.push(load);
      return starts(load, loads.length);
    });
    workers.push(worker);
    return worker as unknown as Worker;
  };
  const reranker = new Reranker({ model: 'https://models.test/a/', device, lock: false, createWorker });
  const load = () => reranker.load({ onState: (state) => states.push(state) });
  return { workers, loads, states, reranker, load };
}

/** From the third attempt on, all limits and waits are over. */
const untilThirdTry = () => vi.advanceTimersByTimeAsync(2 * FAULT_TIMES.silentStartMs + 5_000);

it('is ended and started again in a fresh worker', async () => {
  const { workers, loads, states, load } = rerankerWith('wasm', (_, nth) => nth > 1);
  const loading = load();
  await vi.advanceTimersByTimeAsync(FAULT_TIMES.silentStartMs - 1);
  expect(workers.map(({ terminated }) => terminated)).toEqual([false]);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(workers.map(({ terminated }) => terminated)).toEqual([true, false]);
  await expect(loading).resolves.toEqual(MODEL);
  expect(loads[1]).toEqual(loads[0]);
  expect(states).toMatchObject([{ type: 'recovering', message: expect.stringMatching(/threads/) as string }]);
});

it.each(['auto', 'wasm'] as const)(
  'takes one thread after two that hang, says so, and does not try more again (device %s)',
  async (device) => {
    const { loads, load, reranker } = rerankerWith(device, ({ numThreads }) => numThreads === 1);
    const loading = load();
    await untilThirdTry();
    expect(loads.map(({ numThreads }) => numThreads)).toEqual([undefined, undefined, 1]);
    expect(loads[2]).toMatchObject({ device });
    expect((await loading).deviceCause).toEqual({ code: 'no-threads' });
    await load();
    expect(loads.at(-1)).toMatchObject({ numThreads: 1 });
    reranker.dispose();
  },
);

it('leaves a session alone that takes longer than a start may', async () => {
  const { workers, load } = rerankerWith('wasm', () => true);
  await load();
  await vi.advanceTimersByTimeAsync(2 * FAULT_TIMES.silentStartMs);
  expect(workers.map(({ terminated }) => terminated)).toEqual([false]);
});

it('is ended as soon where the whole model is there before it', async () => {
  const start = withResolvers<Ort>();
  onTestFinished(() => start.reject(new Error('ended'))); // else it would hold the runtime of this realm
  const surroundings: Surroundings = {
    openFolder: () => Promise.resolve(HERE),
    openHost: (_, onStage) =>
      Promise.resolve({
        gpu: null,
        cpu: 'wasm',
        memoryGib: 8,
        importOrt: () => {
          onStage('runtime');
          return start.promise;
        },
      }),
  };
  const workers: LocalWorker[] = [];
  const createWorker = (): Worker => {
    const worker = new LocalWorker(surroundings);
    workers.push(worker);
    return worker as unknown as Worker;
  };
  const reranker = new Reranker({
    model: 'https://models.test/a/',
    device: 'wasm',
    lock: false,
    createWorker,
  });
  const states: RunState[] = [];
  const loading = reranker.load({ onState: (state) => states.push(state) });
  loading.catch(() => undefined);
  await vi.advanceTimersByTimeAsync(FAULT_TIMES.silentStartMs + 1_000);
  expect(workers.map(({ terminated }) => terminated)).toEqual([true, false]);
  expect(states).toMatchObject([{ type: 'recovering', message: expect.stringMatching(/threads/) as string }]);
  reranker.dispose();
  await expect(loading).rejects.toThrow(/disposed/);
});
