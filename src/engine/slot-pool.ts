/** A free list over [0, maxSlots). The lowest free slot is taken first, which keeps batches compact. */
import { assert } from '../base/assert.ts';

export class SlotPool {
  readonly #free: boolean[];

  readonly maxSlots: number;

  constructor(maxSlots: number) {
    this.maxSlots = maxSlots;
    assert(maxSlots > 0, 'a pool needs at least one slot');
    this.#free = new Array<boolean>(maxSlots).fill(true);
  }

  get numFree(): number {
    return this.#free.filter(Boolean).length;
  }

  acquire(): number {
    const slot = this.#free.indexOf(true);
    assert(slot >= 0, 'no free slot');
    this.#free[slot] = false;
    return slot;
  }

  release(slot: number): void {
    assert(this.#free[slot] === false, `slot ${slot} is not in use`);
    this.#free[slot] = true;
  }
}
