/**
 * Shares one Reranker, and so one worker and model, among all who ask for the same model on the same device. It lives
 * as long as someone holds a lease.
 */
import type { LoadOptions } from '../protocol/rerank-api.ts';
import { isSameLoad } from '../protocol/same-load.ts';
import { checkLoadOptions } from './check-arguments.ts';
import { Reranker } from './reranker.ts';

/** A share in a Reranker; the last release terminates the worker. */
export interface RerankerLease {
  readonly reranker: Reranker;
  /** A second call does nothing. */
  release(): void;
}

interface Share {
  readonly load: LoadOptions;
  readonly reranker: Reranker;
  numLeases: number;
}

export class SharedRerankers {
  readonly #shares = new Set<Share>();
  readonly #create: (load: LoadOptions) => Reranker;

  constructor(create: (load: LoadOptions) => Reranker = (load) => new Reranker(load)) {
    this.#create = create;
  }

  /** @throws TypeError or RangeError when the options describe no model */
  acquire(options: Partial<LoadOptions>): RerankerLease {
    const load = checkLoadOptions(options);
    const share = this.#find(load) ?? { load, reranker: this.#create(load), numLeases: 0 };
    this.#shares.add(share);
    share.numLeases += 1;
    let released = false;
    const release = (): void => {
      if (released) return;
      released = true;
      share.numLeases -= 1;
      if (share.numLeases > 0) return;
      this.#shares.delete(share);
      share.reranker.dispose();
    };
    return { reranker: share.reranker, release };
  }

  #find(load: LoadOptions): Share | undefined {
    return [...this.#shares].find((share) => isSameLoad(share.load, load));
  }
}
