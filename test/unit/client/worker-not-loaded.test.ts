import { describe, expect, it } from 'vitest';
import { WorkerPort } from '../../../src/client/worker-port.ts';

/** As browsers treat a worker whose script they could not fetch: an error that says nothing, and no message. */
class MissingWorker extends EventTarget {
  postMessage(): void {
    queueMicrotask(() => this.dispatchEvent(new Event('error', { cancelable: true })));
  }
  terminate(): void {}
}

interface Api {
  load(): Promise<void>;
}

describe('a worker that never loaded', () => {
  it('says so and what to do, and not that it stopped', async () => {
    const port = new WorkerPort<Api>(new MissingWorker() as unknown as Worker, 'runs the model');
    await expect(port.call('load', [])).rejects.toMatchObject({
      code: 'network',
      message: expect.stringMatching(/did not load.*npx rank1-rerank assets.*worker-url/) as string,
    });
    expect(port.alive).toBe(false);
  });
});
