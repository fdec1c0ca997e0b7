/**
 * The right to use the device, which one run or load has at a time among all pages of an origin: a Web Lock. The browser
 * gives it back by itself when a page dies. Where there are no Web Locks, the right is always there.
 */
export interface LeaseSettings {
  /** Runs under one name wait for one another; false: no run waits. */
  readonly name: string | false;
  /** `navigator.locks` unless given */
  readonly locks?: LockManager | undefined;
}

export const DEVICE_LOCK = 'rank1-rerank-device';

export class DeviceLease {
  readonly #settings: LeaseSettings;
  /** Gives back what was granted; null while nothing was. */
  #release: (() => void) | null = null;
  #waiting: Promise<void> | null = null;

  constructor(settings: LeaseSettings) {
    this.#settings = settings;
  }

  /**
   * Resolves when the device may be used: at once where it is held already.
   * @param onWait called when someone else has it
   * @throws the signal's reason when it aborts first
   */
  acquire(signal: AbortSignal, onWait: () => void): Promise<void> {
    this.#waiting ??= this.#acquire(signal, onWait).finally(() => (this.#waiting = null));
    return this.#waiting;
  }

  /** Gives the device to whoever waits for it. Safe to call at any time. */
  release(): void {
    this.#release?.();
    this.#release = null;
  }

  async #acquire(signal: AbortSignal, onWait: () => void): Promise<void> {
    signal.throwIfAborted();
    const { name, locks = (globalThis as { navigator?: Partial<Navigator> }).navigator?.locks } =
      this.#settings;
    if (this.#release || name === false || !locks) return;
    const isFree = await this.#request(locks, name, { ifAvailable: true }, signal);
    if (isFree) return;
    onWait();
    await this.#request(locks, name, { signal }, signal);
  }

  #request(locks: LockManager, name: string, options: LockOptions, signal: AbortSignal): Promise<boolean> {
    return new Promise((resolve, reject) => {
      const use = (lock: Lock | null): Promise<void> | undefined => {
        // What was aborted on the way has released already, and would keep this one until the page closes.
        if (signal.aborted) return void reject(signal.reason as Error);
        if (!lock) return void resolve(false);
        return new Promise((release) => {
          this.#release = release;
          resolve(true);
        });
      };
      locks.request(name, options, use).catch(() => {
        // A page without an origin of its own may not lock anything; it runs all the same.
        if (signal.aborted) reject(signal.reason as Error);
        else resolve(true);
      });
    });
  }
}
