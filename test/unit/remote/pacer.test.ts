/** Waits between tries, on a clock of the test's own. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { PassingFault } from '../../../src/base/async.ts';
import { Pacer } from '../../../src/remote/pacer.ts';
import { OverloadFault } from '../../../src/remote/remote-fault.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

const SETTINGS = { host: 'gpu.example', maxAttempts: 10, retryDelayMs: 500 };
const { signal } = new AbortController();

/** The times of the tries of a request that meets `fault` every time. */
async function timesOfTries(pacer: Pacer, fault: PassingFault, maxAttempts = 10): Promise<number[]> {
  const start = performance.now();
  const times: number[] = [];
  const attempt = (): Promise<never> => {
    times.push(performance.now() - start);
    return Promise.reject(fault);
  };
  const failing = pacer.retrying(attempt, signal, undefined, maxAttempts);
  const ended = expect(failing).rejects.toMatchObject({ code: 'network' });
  await vi.runAllTimersAsync();
  await ended;
  return times;
}

/** Two tries that meet `fault`; the caller moves the clock. */
const failing = (pacer: Pacer, fault: PassingFault): Promise<unknown> =>
  pacer.retrying(() => Promise.reject(fault), signal, undefined, 2).catch(() => null);

it.each([
  [0, 'longest', 183_500],
  [1, 'shortest', 91_750],
])(
  'bears a restart of a minute and a half, with jitter of %d for the %s waits',
  async (random, _, lastTry) => {
    const times = await timesOfTries(
      new Pacer(SETTINGS, () => random),
      new PassingFault('it could not be reached'),
    );
    expect(times).toHaveLength(10);
    expect(times.at(-1)).toBeCloseTo(lastTry, 6);
  },
);

it.each([0, 1000])(
  'bears it too where the server asks for %d ms every time, as for a date that is past',
  async (ms) => {
    const pacer = new Pacer(SETTINGS, () => 0);
    const times = await timesOfTries(pacer, new OverloadFault('it answered 503', ms));
    expect(times).toHaveLength(10);
    expect(times.at(-1)).toBeGreaterThanOrEqual(180_000);
  },
);

it('does not let requests that failed together come back together', async () => {
  let next = 0;
  const pacer = new Pacer(SETTINGS, () => (next += 0.2) % 1);
  const fault = new PassingFault('it could not be reached');
  const lanes = await Promise.all([1, 2, 3].map(() => timesOfTries(pacer, fault, 2)));
  expect(new Set(lanes.map((times) => times[1])).size).toBe(3);
});

it('holds every request back while one was told to wait, and lets them start apart', async () => {
  let next = 0;
  const pacer = new Pacer(SETTINGS, () => (next += 0.2) % 1);
  const start = performance.now();
  const started: number[] = [];
  const first = failing(pacer, new OverloadFault('it answered 429', 10_000));
  await vi.advanceTimersByTimeAsync(0);
  const others = [1, 2, 3].map(() =>
    pacer.retrying(() => Promise.resolve(started.push(performance.now() - start)), signal),
  );
  await vi.runAllTimersAsync();
  await Promise.all([first, ...others]);
  expect(Math.min(...started)).toBeGreaterThanOrEqual(10_000);
  expect(Math.max(...started)).toBeLessThanOrEqual(15_000);
  expect(new Set(started).size).toBe(3);
});

it.each([null, 0])('holds them back a while where an overloaded server asks for %s ms', async (ms) => {
  const pacer = new Pacer(SETTINGS, () => 0);
  let startedAt = 0;
  const first = failing(pacer, new OverloadFault('it answered 503', ms));
  await vi.advanceTimersByTimeAsync(0);
  const other = pacer.retrying(() => Promise.resolve((startedAt = performance.now())), signal);
  const begin = performance.now();
  await vi.runAllTimersAsync();
  await Promise.all([first, other]);
  expect(startedAt - begin).toBe(500);
});

it('waits a minute at most, whatever a server asks for, and ends with its signal', async () => {
  const times = await timesOfTries(
    new Pacer(SETTINGS, () => 0),
    new OverloadFault('it answered 429', 1e9),
    2,
  );
  expect(times[1]).toBe(60_000);
  const stop = new AbortController();
  const pacer = new Pacer(SETTINGS);
  pacer.pauseFor(60_000);
  const waiting = pacer.untilReady(stop.signal);
  stop.abort(new Error('enough'));
  await expect(waiting).rejects.toThrow('enough');
  expect(vi.getTimerCount()).toBe(0);
});

it('starts nothing for a request that was given up before', async () => {
  const given = AbortSignal.abort(new Error('given up'));
  const pacer = new Pacer(SETTINGS);
  pacer.pauseFor(60_000);
  await expect(pacer.untilReady(given)).rejects.toThrow('given up');
  await expect(pacer.retrying(() => Promise.resolve(1), given)).rejects.toThrow('given up');
  expect(vi.getTimerCount()).toBe(0);
});
