import { describe, expect, test } from 'vitest';
import { SlotPool } from '../../../src/engine/slot-pool.ts';
import { SeededRandom } from '../../fakes/seeded-random.ts';

describe('SlotPool', () => {
  test('hands out every slot once, the lowest first', () => {
    const pool = new SlotPool(3);
    expect([pool.acquire(), pool.acquire(), pool.acquire()]).toEqual([0, 1, 2]);
    expect(pool.numFree).toBe(0);
    expect(() => pool.acquire()).toThrow('no free slot');
  });

  test('hands out a released slot again, before higher ones', () => {
    const pool = new SlotPool(4);
    for (let i = 0; i < 3; i++) pool.acquire();
    pool.release(1);
    expect(pool.acquire()).toBe(1);
    expect(pool.acquire()).toBe(3);
  });

  test('refuses to take back a slot that is free or not its own', () => {
    const pool = new SlotPool(2);
    const slot = pool.acquire();
    pool.release(slot);
    expect(() => pool.release(slot)).toThrow('not in use');
    expect(() => pool.release(7)).toThrow('not in use');
    expect(() => pool.release(-1)).toThrow('not in use');
  });

  test('needs at least one slot', () => {
    expect(() => new SlotPool(0)).toThrow('at least one');
  });

  test('never has a slot out twice, in any order of use', () => {
    const random = new SeededRandom(1);
    const pool = new SlotPool(8);
    const inUse = new Set<number>();
    for (let i = 0; i < 2000; i++) {
      if (inUse.size < 8 && random.next() < 0.55) {
        const slot = pool.acquire();
        expect(inUse.has(slot)).toBe(false);
        inUse.add(slot);
      } else if (inUse.size > 0) {
        const slot = random.pick([...inUse]);
        inUse.delete(slot);
        pool.release(slot);
      }
      expect(pool.numFree).toBe(8 - inUse.size);
    }
  });
});
