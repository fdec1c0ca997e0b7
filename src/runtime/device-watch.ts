/**
 * Watches a GPU device for the faults that nobody returns: its loss, and memory it did not have. Runs whose outputs stay on
 * the GPU end without an error when the device is gone, and a failed allocation is reported later, so every task ends
 * early when either happens, and its result is taken only if neither has.
 */
import { untilAborted } from '../base/async.ts';
import { Rank1Error } from '../base/errors.ts';

export class DeviceWatch {
  #closed = false;
  /** its reason is the fault */
  readonly #failure = new AbortController();

  constructor(device: GPUDevice) {
    void device.lost.then(({ message }) => this.#take(lost(message)));
    device.addEventListener('uncapturederror', ({ error }) => {
      if (error.constructor.name === 'GPUOutOfMemoryError') this.#take(outOfMemory(error));
    });
  }

  /** What happened to the device; null while it is well. Afterwards nothing on it can be trusted or waited for. */
  get fault(): Rank1Error | null {
    const { signal } = this.#failure;
    return signal.aborted ? (signal.reason as Rank1Error) : null;
  }

  /** @throws Rank1Error `device-lost` or `out-of-memory`, at once and for good */
  async guard<T>(task: () => Promise<T>): Promise<T> {
    const { signal } = this.#failure;
    signal.throwIfAborted();
    try {
      return await untilAborted(task(), signal);
    } finally {
      signal.throwIfAborted(); // the fault explains whatever the task said
    }
  }

  /** From now on the loss of the device is no fault: its owner destroys it. */
  close(): void {
    this.#closed = true;
  }

  #take(fault: Rank1Error): void {
    if (!this.#closed) this.#failure.abort(fault);
  }
}

function lost(message: string): Rank1Error {
  const reason = message ? ` (${message.slice(0, 200)})` : '';
  return new Rank1Error(
    'device-lost',
    `The graphics device was lost${reason}. Load the model again; if it is lost again, choose the device "wasm".`,
  );
}

function outOfMemory(cause: unknown): Rank1Error {
  return new Rank1Error(
    'out-of-memory',
    'The graphics device has no memory left. Close other tabs, or take fewer rows, a smaller model or dtype.',
    { cause },
  );
}
