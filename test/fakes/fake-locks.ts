/** Web Locks for Node: exclusive locks by name, first come first served. */
interface Waiting {
  readonly grant: () => void;
}

export class FakeLocks implements LockManager {
  numHeld = 0;
  /** How long a request is on its way. */
  roundTrip: () => Promise<void> = () => Promise.resolve();
  readonly #queues = new Map<string, Waiting[]>();
  readonly #forbidden: boolean;

  constructor({ forbidden = false } = {}) {
    this.#forbidden = forbidden;
  }

  request(name: string, ...rest: unknown[]): Promise<never> {
    const callback = rest.at(-1) as (lock: Lock | null) => unknown;
    const options = rest.length > 1 ? (rest[0] as LockOptions) : {};
    return this.#request(name, options, callback) as Promise<never>;
  }

  query(): Promise<LockManagerSnapshot> {
    return Promise.resolve({});
  }

  async #request(
    name: string,
    { ifAvailable, signal }: LockOptions,
    callback: (lock: Lock | null) => unknown,
  ): Promise<unknown> {
    if (this.#forbidden) throw new DOMException('denied', 'SecurityError');
    await this.roundTrip();
    const queue = this.#queues.get(name);
    if (queue && ifAvailable) return callback(null);
    if (queue) await this.#turn(queue, signal);
    else this.#queues.set(name, []);
    this.numHeld++;
    try {
      return await callback({ name, mode: 'exclusive' });
    } finally {
      this.numHeld--;
      const next = this.#queues.get(name)?.shift();
      if (next) next.grant();
      else this.#queues.delete(name);
    }
  }

  #turn(queue: Waiting[], signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason as Error);
      const waiting = { grant: resolve };
      queue.push(waiting);
      signal?.addEventListener('abort', () => {
        const place = queue.indexOf(waiting);
        if (place < 0) return; // granted
        queue.splice(place, 1);
        reject(signal.reason as Error);
      });
    });
  }
}
