/**
 * A Node thread with the `Worker` interface the library uses: the same messages, and an `error` event when it
 * dies.
 */
import { Worker as Thread, type TransferListItem } from 'node:worker_threads';
import type { FromWorker } from '../../protocol/worker-calls.ts';

/**
 * At startup onnxruntime-node 1.30 matches the process's command line with a recursive regular expression: a
 * query of 16,000 characters overflows a thread's default 4 MiB stack and kills the process.
 */
const STACK_MIB = 64;
/** Never used as a caller's call id. */
const CLOSE_CALL = -1;
const MAX_STEP_MS = 10_000;

export class NodeWorker extends EventTarget {
  readonly #thread: Thread;
  #isEnded = false;

  /** @param module to run in the thread */
  constructor(module: URL) {
    super();
    this.#thread = new Thread(module, {
      // Do not inherit this process's flags, such as a test runner's loader or a profiler.
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

  /**
   * Waits for the current step: tearing down native code in mid-step aborts the whole process with SIGABRT.
   */
  terminate(): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    const end = (): void => void this.#thread.terminate();
    const timer = setTimeout(end, MAX_STEP_MS);
    this.#thread.once('exit', () => clearTimeout(timer));
    this.#thread.on('message', ({ id }: FromWorker) => {
      if (id === CLOSE_CALL) end();
    });
    this.postMessage({ type: 'call', id: CLOSE_CALL, method: 'close', args: ['the thread is ended'] });
  }

  /** Ends the thread as an unexpected fault would. For tests. */
  kill(): void {
    void this.#thread.terminate();
  }

  #fail(message: string): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.dispatchEvent(Object.assign(new Event('error', { cancelable: true }), { message }));
  }
}
