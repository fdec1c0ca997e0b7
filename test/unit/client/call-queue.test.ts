import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { CallQueue } from '../../../src/client/call-queue.ts';

/** A call that lasts until it is told to end. */
function openCall() {
  let end!: () => void;
  const ended = new Promise<void>((resolve) => (end = resolve));
  return { task: () => ended, end };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

async function collectGarbage(): Promise<void> {
  setFlagsFromString('--expose-gc');
  const gc = runInNewContext('gc') as () => void;
  for (let round = 0; round < 3; round++) {
    await settled();
    gc();
  }
}

describe('CallQueue', () => {
  it('runs calls one at a time, in order of arrival, whatever becomes of each', async () => {
    const queue = new CallQueue();
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

  it('drops a call that is aborted while it waits, with all that it holds', async () => {
    const queue = new CallQueue();
    const first = openCall();
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
    first.end();
    await running;
    expect(await queue.run(() => Promise.resolve('next'))).toBe('next');
  });

  it('rejects an aborted call at once while it runs, and lets no other in before it has ended', async () => {
    const queue = new CallQueue();
    const first = openCall();
    const leaving = new AbortController();
    const call = queue.run(first.task, leaving.signal);
    await settled();
    let hasTurn = false;
    const next = queue.run(async () => void (hasTurn = true));
    leaving.abort(new Error('gone'));
    await expect(call).rejects.toThrow('gone');
    await settled();
    expect(hasTurn).toBe(false);
    first.end();
    await next;
    await expect(queue.run(first.task, leaving.signal)).rejects.toThrow('gone');
  });

  it('runs side by side what fits, and overtakes nobody', async () => {
    const queue = new CallQueue();
    const calls = [2, 1, 9, 1].map((width) => ({ ...openCall(), width }));
    const begun: number[] = [];
    const running = calls.map(({ task, width }, place) =>
      queue.run(
        () => {
          begun.push(place);
          return task();
        },
        undefined,
        { width, room: 3 },
      ),
    );
    await settled();
    expect(begun).toEqual([0, 1]);
    calls[0]!.end();
    await settled();
    expect(begun).toEqual([0, 1]);
    calls[1]!.end();
    await settled();
    expect(begun).toEqual([0, 1, 2]); // wider than all the room: alone
    calls[2]!.end();
    calls[3]!.end();
    await Promise.all(running);
  });

  it('lets the next in when the one that was too wide gives up', async () => {
    const queue = new CallQueue();
    const first = openCall();
    const running = queue.run(first.task, undefined, { width: 1, room: 2 });
    const leaving = new AbortController();
    const wide = queue.run(first.task, leaving.signal, { width: 2, room: 2 });
    const narrow = queue.run(() => Promise.resolve('in'), undefined, { width: 1, room: 2 });
    leaving.abort(new Error('gone'));
    await expect(wide).rejects.toThrow('gone');
    expect(await narrow).toBe('in');
    first.end();
    await running;
  });
});
