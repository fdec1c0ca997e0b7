import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FAULT_TIMES } from '../../../src/client/fault-times.ts';
import { Watchdog } from '../../../src/client/watchdog.ts';

const LIMIT_MS = FAULT_TIMES.silentRunMs;

describe('a watchdog', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

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

  it('is silent itself once it was stopped', () => {
    const onSilence = vi.fn();
    new Watchdog(LIMIT_MS, onSilence).stop();
    vi.advanceTimersByTime(10 * LIMIT_MS);
    expect(onSilence).not.toHaveBeenCalled();
    expect(vi.getTimerCount()).toBe(0);
  });
});
