/**
 * Exclusive use of the device, held by one run or load at a time across all pages of an origin, as a Web Lock. The
 * browser releases it when a page dies. Without Web Locks, it is always granted.
 */
export interface LeaseSettings {
  /** Runs under the same name wait for one another; false: no run waits. */
  readonly name: string | false;
  /** default: `navigator.locks` */
  readonly locks?: LockManager | undefined;
}

export const DEVICE_LOCK = 'rank1-rerank-device';

export class DeviceLease {
  readonly #settings: LeaseSettings;
  /** Releases the lock; null while it is not held. */
  #release: (() => void) | null = null;
  #waiting: Promise<void> | null = null;

  constructor(settings: LeaseSettings) {
    this.#settings = settings;
  }

  /**
   * Resolves when the device may be used: at once if already held.
   * @param onWait called if another holder has it
   * @throws the signal's reason when it aborts first
   */
  acquire(signal: AbortSignal, onWait: () => void): Promise<void> {
    this.#waiting ??= this.#acquire(signal, onWait).finally(() => (this.#waiting = null));
    return this.#waiting;
  }

  /** Releases the device to the next waiter. Safe to call at any time. */
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
        // After an abort nobody would release this lock, and it would be held until the page closes.
        if (signal.aborted) return void reject(signal.reason as Error);
        if (!lock) return void resolve(false);
        return new Promise((release) => {
          this.#release = release;
          resolve(true);
        });
      };
      locks.request(name, options, use).catch(() => {
        // A page with an opaque origin may not use locks; it runs without.
        if (signal.aborted) reject(signal.reason as Error);
        else resolve(true);
      });
    });
  }
}
