/** The page that downloads with the limits of a test, and reads hostile folders, in a real worker. */
import { wrap, type Remote } from 'comlink';
import type { ModelsHarness } from './models.worker.ts';

class Models {
  #worker = startWorker();
  remote = wrap<ModelsHarness>(this.#worker);

  /** Kills the worker when it says that it is stuck, and starts another. */
  async killWhenStuck(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#worker.addEventListener('message', ({ data }: MessageEvent<{ stuck?: boolean }>) => {
        if (data.stuck) resolve();
      });
    });
    this.#worker.terminate();
    this.#worker = startWorker();
    this.remote = wrap<ModelsHarness>(this.#worker);
    await this.remote.untilReleased();
  }
}

function startWorker(): Worker {
  return new Worker(new URL('./models.worker.ts', import.meta.url), { type: 'module' });
}

export interface ModelsPage {
  readonly remote: Remote<ModelsHarness>;
  killWhenStuck(): Promise<void>;
}

(globalThis as unknown as { models: ModelsPage }).models = new Models();
