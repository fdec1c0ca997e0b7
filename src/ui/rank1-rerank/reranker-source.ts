/** Where an element's runs find their Reranker: the page's own, a shared one that the page lends, or one of its own. */
import type { Reranker } from '../../client/reranker.ts';
import { SharedRerankers, type RerankerLease } from '../../client/shared-rerankers.ts';
import type { LoadOptions } from '../../protocol/rerank-api.ts';
import { RerankerRequestEvent } from '../page-requests.ts';

export class RerankerSource {
  #lease: RerankerLease | null = null;
  #leasedFor = '';

  constructor(private readonly element: HTMLElement & { readonly reranker: Reranker | undefined }) {}

  /** The one in use; null before the first run. */
  get current(): Reranker | null {
    return this.element.reranker ?? this.#lease?.reranker ?? null;
  }

  /** The same as before, as long as the same model is asked for. */
  acquire(load: LoadOptions): Reranker {
    if (this.element.reranker) {
      this.release();
      return this.element.reranker;
    }
    const key = JSON.stringify(load);
    if (this.#leasedFor !== key) this.release();
    this.#lease ??= this.#request(load);
    this.#leasedFor = key;
    return this.#lease.reranker;
  }

  release(): void {
    this.#lease?.release();
    this.#lease = null;
    this.#leasedFor = '';
  }

  #request(load: LoadOptions): RerankerLease {
    const request = new RerankerRequestEvent(load);
    this.element.dispatchEvent(request);
    return request.lease ?? new SharedRerankers().acquire(load); // no one answers: a worker of its own
  }
}
