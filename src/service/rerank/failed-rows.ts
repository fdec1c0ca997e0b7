/**
 * Whose fault it is that rows have no numbers: a document's, which overflows, or the device's. Documents of like length
 * share a step, so all rows of one may be such documents; other steps show whether the device works. So failures are
 * held back until a row of the run has numbers.
 */
import type { Sequence } from '../../engine/sequence.ts';
import { noNumbers } from '../../protocol/no-numbers.ts';
import type { RerankUpdate } from '../../protocol/rerank-api.ts';

/** The device is at fault if none of this many documents has numbers, at the beginning of a run. */
const MAX_HELD_BACK = 16;

export class FailedRows {
  #hasNumbers = false;
  #heldBack: RerankUpdate[] = [];

  /**
   * @param sequences as `Engine.step` returned them
   * @param updates that came of the step
   * @returns the updates to send
   * @throws Rank1Error `run-failed` if it is the device's fault
   */
  take(sequences: readonly Sequence[], updates: readonly RerankUpdate[]): RerankUpdate[] {
    if (sequences.length === 0) return [];
    this.#heldBack.push(...updates);
    if (sequences.some(({ finishReason }) => finishReason !== 'failed')) this.#hasNumbers = true;
    else if (this.#isDeviceAtFault(sequences)) throw noNumbers();
    return this.#hasNumbers ? this.#heldBack.splice(0) : [];
  }

  /** Call at the end of the run, for what was held back. @throws Rank1Error as `take` */
  end(): RerankUpdate[] {
    if (this.#numHeldBack > 1) throw noNumbers();
    return this.#heldBack.splice(0);
  }

  /** @param sequences of a step in which all failed */
  #isDeviceAtFault(sequences: readonly Sequence[]): boolean {
    if (!this.#hasNumbers) return this.#numHeldBack >= MAX_HELD_BACK;
    const hadNumbers = sequences.every(({ newTokenIds }) => newTokenIds.length > 0);
    return hadNumbers && this.#numHeldBack > 1;
  }

  /** Documents without numbers that nothing was told of. */
  get #numHeldBack(): number {
    return this.#heldBack.filter(({ type }) => type === 'finished').length;
  }
}
