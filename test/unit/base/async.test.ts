import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  backoffMs,
  Gate,
  IdleTimer,
  PassingFault,
  retry,
  retryAfterMs,
  Semaphore,
  untilAborted,
  wait,
  withResolvers,
} from '../../../src/base/async.ts';
import { readBody, readChunks } from '../../../src/base/read-body.ts';
import { collectGarbage } from '../../fakes/collect-garbage.ts';

const settled = () => new Promise((resolve) => setImmediate(resolve));

/** A signal that tells how many listeners it has. */
function countedSignal() {
  const controller = new AbortController();
  const { signal } = controller;
  let numListeners = 0;
  const { addEventListener, removeEventListener } = signal;
  signal.addEventListener = (...args: Parameters<typeof addEventListener>) => {
    numListeners++;
    addEventListener.apply(signal, args);
  };
  signal.removeEventListener = (...args: Parameters<typeof removeEventListener>) => {
    numListeners--;
    removeEventListener.apply(signal, args);
  };
  return { controller, signal, numListeners: () => numListeners };
}

describe('untilAborted', () => {
  it('settles as the promise does, and takes its listener away', async () => {
    const { signal, numListeners } = countedSignal();
    expect(await untilAborted(Promise.resolve(7), signal)).toBe(7);
    await expect(untilAborted(Promise.reject(new Error('no')), signal)).rejects.toThrow('no');
    expect(numListeners()).toBe(0);
    expect(await untilAborted(Promise.resolve(7), undefined)).toBe(7);
  });

  it('rejects with the reason when the signal is aborted, before or after the call', async () => {
    const { controller, signal } = countedSignal();
    const pending = untilAborted(new Promise(() => undefined), signal);
    controller.abort(new Error('gone'));
    await expect(pending).rejects.toThrow('gone');
    await expect(untilAborted(Promise.resolve(), signal)).rejects.toThrow('gone');
    await expect(untilAborted(Promise.reject(new Error('late')), signal)).rejects.toThrow('gone');
  });

  it('keeps no result alive, however long the signal lives', async () => {
    const { signal } = new AbortController();
    const results: WeakRef<object>[] = [];
    for (let n = 0; n < 20; n++) {
      const result = await untilAborted(Promise.resolve({ logits: new Float32Array(1000) }), signal);
      results.push(new WeakRef(result));
    }
    await collectGarbage();
    const numAlive = results.filter((result) => result.deref() !== undefined).length;
    expect(numAlive).toBeLessThanOrEqual(1); // the loop's last
    expect(signal.aborted).toBe(false);
  });
});

describe('wait', () => {
  it('ends at once with the reason of its signal, and leaves neither timer nor listener', async () => {
    vi.useFakeTimers();
    try {
      const { controller, signal, numListeners } = countedSignal();
      const short = wait(10, signal);
      vi.advanceTimersByTime(10);
      await short;
      expect(numListeners()).toBe(0);
      const long = wait(60_000, signal);
      controller.abort(new Error('gone'));
      await expect(long).rejects.toThrow('gone');
      await expect(wait(60_000, signal)).rejects.toThrow('gone');
      expect(vi.getTimerCount()).toBe(0);
    } finally {
      vi.useRealTimers();
    }
  });
});

describe('Gate', () => {
  it('lets nobody pass who was waiting when it was opened and closed again in one task', async () => {
    const gate = new Gate();
    await gate.untilOpen();
    gate.close();
    let numPassed = 0;
    for (let n = 0; n < 3; n++) void gate.untilOpen().then(() => numPassed++);
    await settled();
    gate.open();
    gate.close();
    await settled();
    expect(numPassed).toBe(0);
    gate.open();
    await settled();
    expect(numPassed).toBe(3);
  });

  it('is left with the reason of the signal', async () => {
    const gate = new Gate();
    gate.close();
    const leaving = new AbortController();
    const passing = gate.untilOpen(leaving.signal);
    leaving.abort(new Error('gone'));
    await expect(passing).rejects.toThrow('gone');
    gate.open();
    await expect(gate.untilOpen(leaving.signal)).rejects.toThrow('gone');
  });
});

/** A task that lasts until it is told to end. */
function openTask() {
  const { promise, resolve } = withResolvers<void>();
  return { task: () => promise, end: resolve };
}

describe('Semaphore', () => {
  it('of one runs tasks one after the other, in order of arrival, whatever becomes of each', async () => {
    const queue = new Semaphore();
    const seen: string[] = [];
    const use = (name: string) =>
      queue.run(async () => {
        seen.push(`${name} in`);
        await settled();
        seen.push(`${name} out`);
        if (name === 'b') throw new Error('b failed');
        return name;
      });
    const outcomes = await Promise.allSettled([use('a'), use('b'), use('c')]);
    expect(outcomes).toMatchObject([{ value: 'a' }, { reason: { message: 'b failed' } }, { value: 'c' }]);
    expect(seen).toEqual(['a in', 'a out', 'b in', 'b out', 'c in', 'c out']);
  });

  it('drops a task that is aborted while it waits, with all that it holds', async () => {
    const queue = new Semaphore();
    const first = openTask();
    const running = queue.run(first.task);
    const bodies = await Promise.all(
      Array.from({ length: 50 }, async () => {
        const leaving = new AbortController();
        const body = { documents: ['a document'] };
        const call = queue.run(() => Promise.resolve(body.documents.length), leaving.signal);
        leaving.abort(new Error('gone'));
        await expect(call).rejects.toThrow('gone');
        return new WeakRef(body);
      }),
    );
    await collectGarbage();
    expect(bodies.filter((body) => body.deref() !== undefined)).toEqual([]);
    expect(queue.isFull).toBe(true);
    first.end();
    await running;
    expect(await queue.run(() => Promise.resolve('next'))).toBe('next');
    expect(queue.isFull).toBe(false);
  });

  it('lets in what fits, and overtakes nobody; what is wider than the room runs alone', async () => {
    const semaphore = new Semaphore(3);
    const begun: number[] = [];
    const tasks = [2, 1, 9, 1].map((width) => ({ ...openTask(), width }));
    const running = tasks.map(({ task, width }, place) =>
      semaphore.run(
        () => {
          begun.push(place);
          return task();
        },
        undefined,
        width,
      ),
    );
    await settled();
    expect(begun).toEqual([0, 1]);
    tasks[0]!.end();
    await settled();
    expect(begun).toEqual([0, 1]);
    tasks[1]!.end();
    await settled();
    expect(begun).toEqual([0, 1, 2]);
    tasks[2]!.end();
    tasks[3]!.end();
    await Promise.all(running);
    expect(begun).toEqual([0, 1, 2, 3]);
  });

  it('lets the next in when the one that was too wide gives up', async () => {
    const semaphore = new Semaphore(2);
    const first = openTask();
    const running = semaphore.run(first.task);
    const leaving = new AbortController();
    const wide = semaphore.run(first.task, leaving.signal, 2);
    const narrow = semaphore.run(() => Promise.resolve('in'));
    leaving.abort(new Error('gone'));
    await expect(wide).rejects.toThrow('gone');
    expect(await narrow).toBe('in');
    first.end();
    await running;
  });

  it('counts a release once, however often it is called', async () => {
    const semaphore = new Semaphore(1);
    const release = await semaphore.acquire();
    release();
    release();
    await semaphore.acquire();
    expect(semaphore.isFull).toBe(true);
    const second = semaphore.acquire(AbortSignal.abort(new Error('gone')));
    await expect(second).rejects.toThrow('gone');
  });
});

describe('IdleTimer', () => {
  const LIMIT_MS = 600_000;
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => vi.useRealTimers());
  const idleTimer = () => new IdleTimer(LIMIT_MS, () => new Error('silent'));

  it('aborts after the limit and not before, with its reason', () => {
    const { signal } = idleTimer();
    vi.advanceTimersByTime(LIMIT_MS - 1);
    expect(signal.aborted).toBe(false);
    vi.advanceTimersByTime(1);
    expect(signal.reason).toEqual(new Error('silent'));
    expect(vi.getTimerCount()).toBe(0);
  });

  it('starts over at every touch', () => {
    const timer = idleTimer();
    for (let n = 0; n < 10; n++) {
      vi.advanceTimersByTime(0.9 * LIMIT_MS);
      timer.touch();
    }
    expect(timer.signal.aborted).toBe(false);
    vi.advanceTimersByTime(LIMIT_MS);
    expect(timer.signal.aborted).toBe(true);
  });

  it('expects nothing while it is paused, and counts from the end of the pause', () => {
    const timer = idleTimer();
    timer.pause(true);
    vi.advanceTimersByTime(10 * LIMIT_MS);
    timer.pause(false);
    vi.advanceTimersByTime(0.9 * LIMIT_MS);
    expect(timer.signal.aborted).toBe(false);
    vi.advanceTimersByTime(0.1 * LIMIT_MS);
    expect(timer.signal.aborted).toBe(true);
  });

  it('counts hours in which timers stood still as one tick', () => {
    const timer = idleTimer();
    vi.advanceTimersByTime(0.5 * LIMIT_MS);
    vi.setSystemTime(Date.now() + 10 * 60 * 60_000);
    vi.advanceTimersByTime(0.4 * LIMIT_MS);
    expect(timer.signal.aborted).toBe(false);
  });

  it('is gone once stopped', () => {
    const timer = idleTimer();
    timer.stop();
    vi.advanceTimersByTime(10 * LIMIT_MS);
    expect(timer.signal.aborted).toBe(false);
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe('retry', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => vi.useRealTimers());
  const options = { maxAttempts: 4, delayMs: 100, maxDelayMs: 250, random: () => 0 };

  it('waits twice as long before each further attempt, up to the limit, and throws the last fault', async () => {
    const begunAt: number[] = [];
    const start = Date.now();
    const attempt = () => {
      begunAt.push(Date.now() - start);
      return Promise.reject(new PassingFault(`fault ${begunAt.length}`));
    };
    const retries: number[] = [];
    const trying = retry(attempt, { ...options, onRetry: (_, numAttempts) => retries.push(numAttempts) });
    const outcome = expect(trying).rejects.toThrow('fault 4');
    await vi.runAllTimersAsync();
    await outcome;
    expect(begunAt).toEqual([0, 100, 300, 550]);
    expect(retries).toEqual([1, 2, 3]);
  });

  it('waits as the server asks, within the limit, and no shorter than without being asked', async () => {
    const begunAt: number[] = [];
    const start = Date.now();
    const asked = [140, 9000, 0];
    const trying = retry(() => {
      const at = begunAt.push(Date.now() - start) - 1;
      return at < 3 ? Promise.reject(new PassingFault('busy', asked[at])) : Promise.resolve('done');
    }, options);
    await vi.runAllTimersAsync();
    expect(await trying).toBe('done');
    expect(begunAt).toEqual([0, 140, 390, 640]);
  });

  it('tries what does not pass once', async () => {
    const attempt = vi.fn(() => Promise.reject(new TypeError('wrong')));
    await expect(retry(attempt, options)).rejects.toThrow('wrong');
    expect(attempt).toHaveBeenCalledOnce();
    const trying = retry(attempt, { ...options, isPassing: (error) => error instanceof TypeError });
    const outcome = expect(trying).rejects.toThrow('wrong');
    await vi.runAllTimersAsync();
    await outcome;
    expect(attempt).toHaveBeenCalledTimes(1 + options.maxAttempts);
  });

  it('begins no attempt once the signal is aborted, and does not sit out the wait', async () => {
    const attempt = vi.fn(() => Promise.reject(new PassingFault('busy')));
    const leaving = new AbortController();
    const trying = retry(attempt, { ...options, signal: leaving.signal });
    await vi.advanceTimersByTimeAsync(50);
    leaving.abort(new Error('gone'));
    await expect(trying).rejects.toThrow('gone');
    await expect(retry(attempt, { ...options, signal: leaving.signal })).rejects.toThrow('gone');
    expect(attempt).toHaveBeenCalledOnce();
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe('backoffMs', () => {
  it('is half to all of the exponential delay, or what a server asked for if that is longer', () => {
    const backoff = { delayMs: 100, maxDelayMs: 1000 };
    const waits = (random: number) => ({ ...backoff, random: () => random });
    expect([1, 2, 3, 9].map((attempt) => backoffMs(waits(0), attempt))).toEqual([100, 200, 400, 1000]);
    expect([1, 2, 3, 9].map((attempt) => backoffMs(waits(1), attempt))).toEqual([50, 100, 200, 500]);
    expect([0, 1].map((random) => backoffMs(waits(random), 1, 600))).toEqual([600, 600]);
    expect([1, 2, 3].map((attempt) => backoffMs(waits(1), attempt, 60))).toEqual([60, 100, 200]);
    expect(backoffMs(waits(0), 1, 90_000)).toBe(1000);
  });
});

describe('retryAfterMs', () => {
  const now = Date.UTC(2026, 10, 28, 12);
  it.each([
    ['7', 7000],
    [' 1.5 ', 1500],
    ['0', 0],
    ['Sat, 28 Nov 2026 12:00:09 GMT', 9000],
    ['Sat, 28 Nov 2026 11:00:00 GMT', 0],
    ['soon', null],
    ['-3', null],
    ['', null],
  ])('reads %j', (value, ms) => {
    const read = retryAfterMs(new Headers({ 'Retry-After': value }), now);
    if (value === '-3') expect(read === null || read === 0).toBe(true);
    else expect(read).toBe(ms);
  });

  it('is null without a header', () => expect(retryAfterMs(new Headers())).toBeNull());
});

/** An endless body of chunks of 1 kB, which counts what was asked of it. */
function endlessBody() {
  let numPulled = 0;
  let isCancelled = false;
  const body = new ReadableStream<Uint8Array>(
    {
      pull: (controller) => {
        numPulled++;
        controller.enqueue(new Uint8Array(1024));
      },
      cancel: () => void (isCancelled = true),
    },
    { highWaterMark: 0 },
  );
  return { body, numPulled: () => numPulled, isCancelled: () => isCancelled };
}

describe('readChunks', () => {
  it('keeps no chunk alive while the signal lives', async () => {
    const { signal } = new AbortController();
    const { body } = endlessBody();
    const chunks: WeakRef<Uint8Array>[] = [];
    for await (const chunk of readChunks(body, signal)) {
      chunks.push(new WeakRef(chunk));
      if (chunks.length < 100) continue;
      await collectGarbage();
      break;
    }
    const numAlive = chunks.filter((chunk) => chunk.deref() !== undefined).length;
    expect(numAlive).toBeLessThanOrEqual(2); // the one in hand, and the one before it
  });

  it('stops at once when the signal is aborted, and cancels the body', async () => {
    const leaving = new AbortController();
    let reason: unknown;
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(new Uint8Array(3)),
      cancel: () => void (reason = 'cancelled'),
    });
    const chunks = readChunks(body, leaving.signal);
    expect((await chunks.next()).value).toHaveLength(3);
    const next = chunks.next();
    leaving.abort(new Error('gone'));
    await expect(next).rejects.toThrow('gone');
    expect(reason).toBe('cancelled');
  });

  it('is empty without a body', async () => {
    expect((await readChunks(null).next()).done).toBe(true);
  });
});

describe('readBody', () => {
  it('joins the chunks', async () => {
    const { body } = new Response('abc');
    let numChunks = 0;
    const bytes = await readBody(body, 3, { onChunk: () => numChunks++ });
    expect(new TextDecoder().decode(bytes!)).toBe('abc');
    expect(numChunks).toBe(1);
    expect(await readBody(null, 3)).toHaveLength(0);
  });

  it('is null for a body past the limit, of which it reads one chunk too much at most', async () => {
    const { body, numPulled, isCancelled } = endlessBody();
    expect(await readBody(body, 10 * 1024)).toBeNull();
    expect(numPulled()).toBe(11);
    await settled();
    expect(isCancelled()).toBe(true);
  });
});
