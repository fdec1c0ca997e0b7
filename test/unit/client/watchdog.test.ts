import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FAULT_TIMES } from '../../../src/client/fault-times.ts';
import { Watchdog } from '../../../src/client/watchdog.ts';

const LIMIT_MS = FAULT_TIMES.silentRunMs;

/** As browsers do with pages that were hidden for minutes: a timer runs on the next full minute. */
function onceAMinute(): void {
  const { setInterval } = globalThis;
  const throttled = (callback: () => void, ms = 0) => setInterval(callback, Math.ceil(ms / 60_000) * 60_000);
  vi.stubGlobal('setInterval', throttled);
}

describe('a watchdog', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => {
    vi.unstubAllGlobals();
    vi.useRealTimers();
  });

  it('tells of silence once, after the stated time and not before', () => {
    const onSilence = vi.fn();
    new Watchdog(LIMIT_MS, onSilence);
    vi.advanceTimersByTime(LIMIT_MS - 1);
    expect(onSilence).not.toHaveBeenCalled();
    vi.advanceTimersByTime(10 * LIMIT_MS);
    expect(onSilence).toHaveBeenCalledOnce();
  });

  it('begins anew whenever something is heard', () => {
    const onSilence = vi.fn();
    const watchdog = new Watchdog(LIMIT_MS, onSilence);
    for (let n = 0; n < 10; n++) {
      vi.advanceTimersByTime(0.9 * LIMIT_MS);
      watchdog.heard();
    }
    expect(onSilence).not.toHaveBeenCalled();
    vi.advanceTimersByTime(LIMIT_MS);
    expect(onSilence).toHaveBeenCalledOnce();
  });

  it('lets a held run be silent, and counts from its release', () => {
    const onSilence = vi.fn();
    const watchdog = new Watchdog(LIMIT_MS, onSilence);
    watchdog.rest(true);
    vi.advanceTimersByTime(10 * LIMIT_MS);
    watchdog.rest(false);
    vi.advanceTimersByTime(0.9 * LIMIT_MS);
    expect(onSilence).not.toHaveBeenCalled();
    vi.advanceTimersByTime(0.1 * LIMIT_MS);
    expect(onSilence).toHaveBeenCalledOnce();
  });

  it('takes hours in which the page was frozen for one tick', () => {
    const onSilence = vi.fn();
    new Watchdog(LIMIT_MS, onSilence);
    vi.advanceTimersByTime(0.5 * LIMIT_MS);
    vi.setSystemTime(Date.now() + 10 * 60 * 60_000); // the clock went on, the page's timers did not
    vi.advanceTimersByTime(0.4 * LIMIT_MS);
    expect(onSilence).not.toHaveBeenCalled();
  });

  it.each(['silentLoadMs', 'silentRunMs'] as const)(
    'in a hidden page, where timers run once a minute, tells of silence after 20 minutes at most (%s)',
    (limit) => {
      onceAMinute();
      const onSilence = vi.fn();
      const watchdog = new Watchdog(FAULT_TIMES[limit], onSilence);
      vi.advanceTimersByTime(FAULT_TIMES[limit]);
      expect(onSilence).not.toHaveBeenCalled();
      watchdog.heard();
      vi.advanceTimersByTime(20 * 60_000 - 1);
      expect(onSilence).not.toHaveBeenCalled();
      vi.advanceTimersByTime(1);
      expect(onSilence).toHaveBeenCalledOnce();
    },
  );

  it('is silent itself once it was stopped', () => {
    const onSilence = vi.fn();
    new Watchdog(LIMIT_MS, onSilence).stop();
    vi.advanceTimersByTime(10 * LIMIT_MS);
    expect(onSilence).not.toHaveBeenCalled();
    expect(vi.getTimerCount()).toBe(0);
  });
});
