/**
 * Only one tab at a time writes a model: it holds a Web Lock named after the model, broadcasts its progress, and stops
 * when another tab asks. Without Web Locks (an insecure page, a test) other tabs are not considered.
 */
import { Rank1Error } from '../../base/errors.ts';
import { isStoredName } from '../../model/stored-models.ts';
import type { StoreProgress } from '../../protocol/model-store-api.ts';
import { throttled } from '../throttled.ts';

export type OnProgress = (progress: StoreProgress) => void;

/** Messages between tabs. */
type Broadcast =
  | { readonly type: 'progress'; readonly name: string; readonly progress: StoreProgress }
  | { readonly type: 'stop'; readonly name: string };

const LOCK_PREFIX = 'rank1-model:';
const CHANNEL = 'rank1-models';

export class ModelLock {
  readonly #running = new Map<string, AbortController>();

  /** Names that this tab writes, or waits to write. */
  get names(): readonly string[] {
    return [...this.#running.keys()];
  }

  /**
   * Runs `task` when no other tab writes the model.
   * @throws TypeError for a name that cannot be stored; Rank1Error `storage` when this tab is already writing it
   */
  async run<T>(
    name: string,
    onProgress: OnProgress,
    task: (report: OnProgress, signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    if (!isStoredName(name)) {
      throw new TypeError('name must be lower-case letters, digits, dots, dashes and underscores');
    }
    if (this.#running.has(name)) {
      throw new Rank1Error('storage', `${name} is being written already. Wait for it, or stop it first.`);
    }
    const controller = new AbortController();
    this.#running.set(name, controller);
    const channel = openChannel();
    let waiting = true;
    if (channel) {
      channel.onmessage = ({ data }: MessageEvent<Broadcast>) => {
        if (data.name !== name) return;
        if (data.type === 'stop') this.stop(name);
        else if (waiting) onProgress({ ...data.progress, stage: 'waiting' });
      };
    }
    const report = throttled<StoreProgress>((progress) => {
      onProgress(progress);
      channel?.postMessage({ type: 'progress', name, progress } satisfies Broadcast);
    });
    try {
      return await locked(name, controller.signal, () => {
        waiting = false;
        return task(report, controller.signal);
      });
    } finally {
      channel?.close();
      this.#running.delete(name);
    }
  }

  stop(name: string): void {
    this.#running.get(name)?.abort(new DOMException('It was stopped.', 'AbortError'));
  }

  /** Stops any operation on the folder, in this tab or another, then runs `task` exclusively. */
  async instead<T>(folder: string, task: () => Promise<T>): Promise<T> {
    const name = modelOf(folder);
    this.stop(name);
    const channel = openChannel();
    channel?.postMessage({ type: 'stop', name } satisfies Broadcast);
    channel?.close();
    return locked(name, undefined, task);
  }

  /** Whether any tab is writing the folder. */
  async isHeld(folder: string): Promise<boolean> {
    const name = modelOf(folder);
    const { held = [] } = (await lockManager()?.query()) ?? {};
    return this.#running.has(name) || held.some((lock) => lock.name === `${LOCK_PREFIX}${name}`);
  }
}

/** A conversion writes into a folder beside the model's, under the model's lock. */
function modelOf(folder: string): string {
  return folder.replace(/~new$/, '');
}

function lockManager(): LockManager | undefined {
  return (globalThis.navigator as { locks?: LockManager } | undefined)?.locks;
}

function locked<T>(name: string, signal: AbortSignal | undefined, task: () => Promise<T>): Promise<T> {
  const locks = lockManager();
  if (!locks) return task();
  return locks.request(`${LOCK_PREFIX}${name}`, signal ? { signal } : {}, task) as Promise<T>;
}

function openChannel(): BroadcastChannel | null {
  return typeof BroadcastChannel === 'undefined' ? null : new BroadcastChannel(CHANNEL);
}
