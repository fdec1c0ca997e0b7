import { describe, expect, it } from 'vitest';
import { TurnQueue } from '../../../src/client/turn-queue.ts';

describe('TurnQueue', () => {
  it('gives turns in the order they were asked for, one at a time', async () => {
    const queue = new TurnQueue();
    const seen: string[] = [];
    const use = async (name: string): Promise<void> => {
      const end = await queue.take();
      seen.push(`${name} in`);
      await Promise.resolve();
      seen.push(`${name} out`);
      end();
    };
    await Promise.all([use('a'), use('b'), use('c')]);
    expect(seen).toEqual(['a in', 'a out', 'b in', 'b out', 'c in', 'c out']);
    expect(queue.length).toBe(0);
  });

  it('lets one who gives up while waiting neither block nor overtake', async () => {
    const queue = new TurnQueue();
    const endFirst = await queue.take();
    const leaving = new AbortController();
    const second = queue.take(leaving.signal);
    const third = queue.take();
    let thirdHasTurn = false;
    void third.then(() => (thirdHasTurn = true));
    leaving.abort(new Error('left'));
    await expect(second).rejects.toThrow('left');
    await new Promise((resolve) => setImmediate(resolve));
    expect(thirdHasTurn).toBe(false);
    endFirst();
    endFirst();
    (await third)();
    expect(queue.length).toBe(0);
  });

  it('refuses a signal that is aborted already', async () => {
    const queue = new TurnQueue();
    await expect(queue.take(AbortSignal.abort(new Error('no')))).rejects.toThrow('no');
    expect(queue.length).toBe(0);
  });
});
