import { describe, expect, it } from 'vitest';
import { WorkerPort } from '../../../src/client/worker-port.ts';
import type { ToWorker } from '../../../src/protocol/worker-calls.ts';
import { collectGarbage } from '../../fakes/collect-garbage.ts';

/** As browsers treat a worker whose script they could not fetch: an error, and no message. */
class MissingWorker extends EventTarget {
  readonly #says: string | undefined;

  constructor(says?: string) {
    super();
    this.#says = says;
  }

  postMessage(): void {
    const error = Object.assign(new Event('error', { cancelable: true }), { message: this.#says });
    queueMicrotask(() => this.dispatchEvent(error));
  }
  terminate(): void {}
}

/** Answers every call at once. */
class AnsweringWorker extends EventTarget {
  readonly answers: WeakRef<object>[] = [];

  postMessage({ id }: ToWorker): void {
    queueMicrotask(() => {
      const value = { logits: new Float32Array(1000) };
      this.answers.push(new WeakRef(value));
      this.dispatchEvent(new MessageEvent('message', { data: { type: 'done', id, value } }));
    });
  }
  terminate(): void {}
}

interface Api {
  load(): Promise<void>;
}

describe('a worker that never loaded', () => {
  it.each([
    undefined,
    'Uncaught TypeError: Failed to fetch dynamically imported module: http://x.test/a.js',
    'TypeError: error loading dynamically imported module: http://x.test/a.js',
    'TypeError: Importing a module script failed.',
  ])('says so and what to do, and not that it stopped, where its error says %s', async (says) => {
    const port = new WorkerPort<Api>(new MissingWorker(says) as unknown as Worker, 'runs the model');
    await expect(port.call('load', [])).rejects.toMatchObject({
      code: 'network',
      message: expect.stringMatching(/did not load.*npx rank1-rerank assets.*worker-url/) as string,
    });
    expect(port.alive).toBe(false);
  });
});

describe('a worker that lives', () => {
  it('leaves nothing of the calls it has answered', async () => {
    const worker = new AnsweringWorker();
    const port = new WorkerPort<Api>(worker as unknown as Worker, 'runs the model');
    for (let call = 0; call < 1000; call++) await port.call('load', []);
    await collectGarbage();
    const numAlive = worker.answers.filter((answer) => answer.deref() !== undefined).length;
    expect(numAlive).toBeLessThanOrEqual(1); // the loop's last
    expect(port.alive).toBe(true);
  });
});
