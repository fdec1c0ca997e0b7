/**
 * One Reranker, and so one worker with one model, for all who ask for the same model on the same device. It lives as long
 * as someone holds a lease. Runs of different holders must not abort one another: take a turn (`reranker.turns`) first.
 */
import type { LoadOptions } from '../protocol/rerank-api.ts';
import { checkLoadOptions } from './check-arguments.ts';
import { Reranker } from './reranker.ts';

/** A share in a Reranker; the last to release it ends the worker. */
export interface RerankerLease {
  readonly reranker: Reranker;
  /** Once; a second call does nothing. */
  release(): void;
}

interface Share {
  readonly reranker: Reranker;
  numLeases: number;
}

export class SharedRerankers {
  readonly #shares = new Map<string, Share>();

  readonly #create: () => Reranker;

  constructor(create: () => Reranker = () => new Reranker()) {
    this.#create = create;
  }

  /** @throws TypeError or RangeError when the options are no description of a model */
  acquire(options: Partial<LoadOptions>): RerankerLease {
    const { model, device, dtype = '', assetsUrl = '' } = checkLoadOptions(options);
    const key = JSON.stringify([model, device, dtype, assetsUrl]);
    const share = this.#shares.get(key) ?? { reranker: this.#create(), numLeases: 0 };
    this.#shares.set(key, share);
    share.numLeases += 1;
    let released = false;
    const release = (): void => {
      if (released) return;
      released = true;
      share.numLeases -= 1;
      if (share.numLeases > 0) return;
      this.#shares.delete(key);
      share.reranker.dispose();
    };
    return { reranker: share.reranker, release };
  }
}
