/**
 * Watches a GPU device for what nobody returns: its loss, and memory it did not have. Runs whose outputs stay on the GPU
 * end without an error when the device is gone, and a buffer that could not be made is only told of later, so every task
 * is raced against both, and its result is taken only if neither has come.
 */
import { Rank1Error } from '../base/errors.ts';

export class DeviceWatch {
  #fault: Rank1Error | null = null;
  #closed = false;
  readonly #failed: Promise<never>;
  #fail!: (error: Rank1Error) => void;

  constructor(device: GPUDevice) {
    this.#failed = new Promise((_, reject) => (this.#fail = reject));
    this.#failed.catch(() => undefined); // told of by the next task
    void device.lost.then(({ message }) => this.#take(lost(message)));
    device.addEventListener('uncapturederror', ({ error }) => {
      if (error.constructor.name === 'GPUOutOfMemoryError') this.#take(outOfMemory(error));
    });
  }

  /** What happened to the device; null while it is well. Afterwards nothing on it can be trusted or waited for. */
  get fault(): Rank1Error | null {
    return this.#fault;
  }

  /** @throws Rank1Error `device-lost` or `out-of-memory`, at once and for good */
  async guard<T>(task: () => Promise<T>): Promise<T> {
    if (this.#fault) throw this.#fault;
    const result = await Promise.race([task(), this.#failed]).catch((error: unknown) => {
      throw this.#fault ?? error;
    });
    if (this.#fault) throw this.#fault;
    return result;
  }

  /** From now on the loss of the device is no fault: its owner destroys it. */
  close(): void {
    this.#closed = true;
  }

  #take(fault: Rank1Error): void {
    if (this.#closed || this.#fault) return;
    this.#fault = fault;
    this.#fail(fault);
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
