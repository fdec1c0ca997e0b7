/**
 * Shares one Reranker, and so one worker and model, among all callers with the same load options, by reference count.
 */
import type { LoadOptions } from '../protocol/rerank-api.ts';
import { isSameLoad } from '../protocol/same-load.ts';
import { checkLoadOptions } from './check-arguments.ts';
import { Reranker } from './reranker.ts';

/** One reference to a shared Reranker; the last release terminates its worker. */
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
