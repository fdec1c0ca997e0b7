/** A thread of Node as the `Worker` that the library knows: the same messages, and an `error` event when it dies. */
import { Worker as Thread, type TransferListItem } from 'node:worker_threads';

/**
 * onnxruntime-node 1.30 matches the process's command line with a recursive regular expression when it starts: a query of
 * 16,000 characters overflows the 4 MiB that threads have by default, and ends the process.
 */
const STACK_MIB = 64;

export class NodeWorker extends EventTarget {
  readonly #thread: Thread;
  #isEnded = false;

  /** @param module what runs in the thread */
  constructor(module: URL) {
    super();
    this.#thread = new Thread(module, {
      // What this process was started with is its own business: a test runner's loader, a profiler.
      execArgv: [],
      resourceLimits: { stackSizeMb: STACK_MIB },
    });
    this.#thread.on('message', (data: unknown) => this.dispatchEvent(new MessageEvent('message', { data })));
    this.#thread.on('messageerror', () => this.dispatchEvent(new Event('messageerror')));
    this.#thread.on('error', ({ message }) => this.#fail(message));
    this.#thread.on('exit', (code) => this.#fail(`it ended with ${code}`));
  }

  postMessage(message: unknown, transfer: readonly Transferable[] = []): void {
    this.#thread.postMessage(message, transfer as TransferListItem[]);
  }

  terminate(): void {
    this.#isEnded = true;
    void this.#thread.terminate();
  }

  /** Ends the thread as a fault would: nobody asked for it. For tests. */
  kill(): void {
    void this.#thread.terminate();
  }

  #fail(message: string): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.dispatchEvent(Object.assign(new Event('error', { cancelable: true }), { message }));
  }
}
