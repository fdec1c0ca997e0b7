import { describe, expect, it } from 'vitest';
import { DeviceLease } from '../../../src/client/device-lease.ts';
import { FakeLocks } from '../../fakes/fake-locks.ts';

const unheard = (): void => undefined;
const { signal } = new AbortController();
const tasks = () => new Promise((resolve) => setImmediate(resolve));

describe('a device lease', () => {
  it('is had by one at a time, and the others are told that they wait', async () => {
    const locks = new FakeLocks();
    const [a, b] = [1, 2].map(() => new DeviceLease({ name: 'x', locks })) as [DeviceLease, DeviceLease];
    await a.acquire(signal, unheard);
    const events: string[] = [];
    const second = b.acquire(signal, () => events.push('waits')).then(() => events.push('has it'));
    await tasks();
    expect(events).toEqual(['waits']);
    a.release();
    await second;
    expect(events).toEqual(['waits', 'has it']);
    b.release();
    await tasks();
    expect(locks.numHeld).toBe(0);
  });

  it('asked for twice is one, and one release gives it back', async () => {
    const locks = new FakeLocks();
    const lease = new DeviceLease({ name: 'x', locks });
    await Promise.all([lease.acquire(signal, unheard), lease.acquire(signal, unheard)]);
    await lease.acquire(signal, unheard);
    expect(locks.numHeld).toBe(1);
    lease.release();
    lease.release();
    await tasks();
    expect(locks.numHeld).toBe(0);
  });

  it('is given up while it waits when its signal aborts', async () => {
    const locks = new FakeLocks();
    const [a, b] = [1, 2].map(() => new DeviceLease({ name: 'x', locks })) as [DeviceLease, DeviceLease];
    await a.acquire(signal, unheard);
    const abortion = new AbortController();
    const second = b.acquire(abortion.signal, () => abortion.abort(new Error('enough')));
    await expect(second).rejects.toThrow('enough');
    a.release();
    await tasks();
    expect(locks.numHeld).toBe(0);
  });

  it('that is had keeps it when its signal aborts, and the next in line keeps its place', async () => {
    const locks = new FakeLocks();
    const [a, b, c] = [1, 2, 3].map(() => new DeviceLease({ name: 'x', locks })) as [
      DeviceLease,
      DeviceLease,
      DeviceLease,
    ];
    await a.acquire(signal, unheard);
    const abortion = new AbortController();
    const second = b.acquire(abortion.signal, unheard);
    const third = c.acquire(signal, unheard).then(() => 'has it');
    await tasks();
    a.release();
    await second;
    abortion.abort();
    b.release();
    expect(await Promise.race([third, tasks()])).toBe('has it');
    c.release();
  });

  it.each([
    ['without a name', { name: false, locks: new FakeLocks() } as const],
    ['without Web Locks', { name: 'x' } as const],
    ['where Web Locks are forbidden', { name: 'x', locks: new FakeLocks({ forbidden: true }) } as const],
  ])('waits for nobody %s', async (_where, settings) => {
    const leases = [1, 2].map(() => new DeviceLease(settings));
    await Promise.all(leases.map((lease) => lease.acquire(signal, () => expect.unreachable())));
    for (const lease of leases) lease.release();
  });
});
