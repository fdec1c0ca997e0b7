import { afterEach, describe, expect, it, vi } from 'vitest';
import { policyScope } from '../../fakes/policy-scope.ts';
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

afterEach(() => vi.restoreAllMocks());

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

  const ADDRESS = 'https://page.example/assets/rerank.worker.js';
  /** The page's resources: its worker, or one of its own. */
  const entry = (initiatorType: string, name = ADDRESS, startTime = performance.now()) => {
    const timing = { startTime, duration: 10, responseStatus: 404 };
    return { name, initiatorType, ...timing } as unknown as PerformanceEntry;
  };
  const messageWith = async (entries: PerformanceEntry[]): Promise<string> => {
    const port = new WorkerPort<Api>(new MissingWorker() as unknown as Worker, 'runs the model');
    vi.spyOn(performance, 'getEntriesByType').mockReturnValue(entries);
    const error: unknown = await port.call('load', []).catch((reason: unknown) => reason);
    return (error as Error).message;
  };

  it.each(['other', 'script', 'worker'])(
    'names its address, which browsers list as what %s asked for',
    async (type) => {
      expect(await messageWith([entry(type)])).toContain(`did not load from ${ADDRESS} (status 404).`);
    },
  );

  it.each([
    ['a picture', () => entry('img', 'https://page.example/photo.png?token=private')],
    ['what was missing before it', () => entry('script', 'https://page.example/old.js', -1000)],
  ])('does not name %s', async (_, missing) => {
    expect(await messageWith([missing()])).toMatch(/did not load\. Check the connection/);
  });
});

describe('where a policy refuses something', () => {
  const report = policyScope();

  it.each([
    ['worker-src', 'https://cdn.example/worker.js'],
    ['script-src-elem', 'https://cdn.example/part.js'],
    ['child-src', 'blob'],
    ['default-src', 'https://cdn.example/worker.js'],
  ])('a worker that never loaded names the %s directive that refused it', async (directive, uri) => {
    const port = new WorkerPort<Api>(new MissingWorker() as unknown as Worker, 'runs the model');
    report(uri, directive);
    await expect(port.call('load', [])).rejects.toMatchObject({
      code: 'access-denied',
      message: expect.stringContaining(`${directive} directive`) as string,
    });
  });

  it.each([
    ['img-src', 'https://ads.example/pixel.gif'],
    ['script-src-elem', 'inline'],
    ['script-src', 'eval'],
  ])(
    'a worker that never loaded does not blame what the page was refused by %s: %s',
    async (directive, uri) => {
      const port = new WorkerPort<Api>(new MissingWorker() as unknown as Worker, 'runs the model');
      report(uri, directive);
      await expect(port.call('load', [])).rejects.toMatchObject({ code: 'network' });
    },
  );

  it('a worker that loaded fails of what it failed of', async () => {
    const worker = new AnsweringWorker();
    const port = new WorkerPort<Api>(worker as unknown as Worker, 'runs the model');
    report('https://cdn.example/another.js', 'worker-src');
    await port.call('load', []);
    const message = 'Array buffer allocation failed';
    worker.postMessage = () =>
      worker.dispatchEvent(Object.assign(new Event('error', { cancelable: true }), { message }));
    await expect(port.call('load', [])).rejects.toMatchObject({ code: 'out-of-memory' });
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
