/**
 * Watches a GPU device for asynchronous faults: device loss and out-of-memory errors. When the device is lost, a run
 * whose outputs stay on the GPU ends without an error, and a failed allocation is reported only later. So either fault
 * ends every task early, and a task's result is used only if neither has occurred.
 */
import { untilAborted } from '../base/async.ts';
import { Rank1Error } from '../base/errors.ts';

export class DeviceWatch {
  #closed = false;
  /** aborted with the fault as its reason */
  readonly #failure = new AbortController();

  constructor(device: GPUDevice) {
    void device.lost.then(({ message }) => this.#take(lost(message)));
    device.addEventListener('uncapturederror', ({ error }) => {
      if (error.constructor.name === 'GPUOutOfMemoryError') this.#take(outOfMemory(error));
    });
  }

  /** The device's fault, or null. After a fault, nothing on the device may be trusted or awaited. */
  get fault(): Rank1Error | null {
    const { signal } = this.#failure;
    return signal.aborted ? (signal.reason as Rank1Error) : null;
  }

  /** @throws Rank1Error `device-lost` or `out-of-memory`, as soon as it occurs and on every later call */
  async guard<T>(task: () => Promise<T>): Promise<T> {
    const { signal } = this.#failure;
    signal.throwIfAborted();
    try {
      return await untilAborted(task(), signal);
    } finally {
      signal.throwIfAborted(); // the fault explains any error from the task
    }
  }

  /** From now on device loss is not a fault: the owner destroys it. */
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
    'The graphics device has no memory left. Close other tabs and programs, or take fewer rows, a smaller model or dtype.',
    { cause },
  );
}
