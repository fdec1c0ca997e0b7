/** Where an element gets its Reranker: set by the page, shared and lent by the page, or created by the element. */
import type { Reranker } from '../../client/reranker.ts';
import { isSameLoad } from '../../protocol/same-load.ts';
import { SharedRerankers, type RerankerLease } from '../../client/shared-rerankers.ts';
import type { LoadOptions } from '../../protocol/rerank-api.ts';
import { RerankerRequestEvent } from '../page-requests.ts';

export class RerankerSource {
  #lease: RerankerLease | null = null;
  #leasedFor: LoadOptions | null = null;

  readonly #element: HTMLElement;
  readonly #own: () => Reranker | undefined;

  /** @param own the Reranker that the page has set, which takes precedence */
  constructor(element: HTMLElement, own: () => Reranker | undefined) {
    this.#element = element;
    this.#own = own;
  }

  /** The current one; null before the first run. */
  get current(): Reranker | null {
    return this.#own() ?? this.#lease?.reranker ?? null;
  }

  /** Returns the same Reranker as long as the same model is requested. */
  acquire(load: LoadOptions): Reranker {
    const own = this.#own();
    if (own) {
      this.release();
      return own;
    }
    if (this.#leasedFor && !isSameLoad(this.#leasedFor, load)) this.release();
    this.#lease ??= this.#request(load);
    this.#leasedFor = load;
    return this.#lease.reranker;
  }

  release(): void {
    this.#lease?.release();
    this.#lease = null;
    this.#leasedFor = null;
  }

  #request(load: LoadOptions): RerankerLease {
    const request = new RerankerRequestEvent(load);
    this.#element.dispatchEvent(request);
    return request.lease ?? new SharedRerankers().acquire(load); // request not handled: a worker of its own
  }
}
