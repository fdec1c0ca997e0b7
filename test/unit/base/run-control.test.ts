import { describe, expect, test } from 'vitest';
import { RunControl } from '../../../src/base/run-control.ts';

describe('a run control', () => {
  test('counts the time a run was held, and no other', async () => {
    let now = 0;
    const control = new RunControl(() => now);
    now = 100;
    await control.untilResumed();
    control.pause();
    now = 250; // the step in flight: still work
    const held = control.untilResumed();
    now = 1250;
    control.resume();
    await held;
    now = 9000;
    expect(control.pausedMs).toBe(1000);
  });

  test('stays held when it is paused again before the run has woken', async () => {
    const control = new RunControl();
    control.pause();
    let awake = false;
    const held = control.untilResumed().then(() => (awake = true));
    control.resume();
    control.pause();
    await new Promise((resolve) => setImmediate(resolve));
    expect(awake).toBe(false);
    control.abort();
    await held;
  });

  test('holds all who wait when it is paused again before they have woken, and counts their wait once', async () => {
    let now = 0;
    const control = new RunControl(() => now);
    control.pause();
    let numAwake = 0;
    const waiting = [1, 2, 3].map(() => control.untilResumed().then(() => numAwake++));
    now = 100;
    control.resume();
    control.pause();
    await new Promise((resolve) => setImmediate(resolve));
    expect(numAwake).toBe(0);
    now = 300;
    control.resume();
    await Promise.all(waiting);
    expect(control.pausedMs).toBe(300);
  });

  test('lets an aborted run through, paused or not, and tells its signal', async () => {
    const control = new RunControl();
    control.abort();
    control.pause();
    await control.untilResumed();
    expect(control.signal.aborted).toBe(true);
  });
});
