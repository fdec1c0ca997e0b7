/** Lets the page's elements share workers that run under the page's own policy and report what they fetch. */
import rerankWorkerUrl from '../../../workers/rerank.worker.ts?worker&url';
import { Reranker } from '../../client/reranker.ts';
import { SharedRerankers } from '../../client/shared-rerankers.ts';
import type { LoadOptions } from '../../protocol/rerank-api.ts';
import { RerankerRequestEvent } from '../../ui/page-requests.ts';
import { startConfinedWorker } from './confined-worker.ts';

export function confinedReranker(load: Partial<LoadOptions>): Reranker {
  return new Reranker({
    ...load,
    createWorker: () => startConfinedWorker(rerankWorkerUrl, 'rank1-rerank'),
  });
}

/** Answers requests from elements within `root` before the document does. */
export function confineRerankers(root: HTMLElement): void {
  const rerankers = new SharedRerankers(confinedReranker);
  root.addEventListener(RerankerRequestEvent.type, (event) => {
    const request = event as RerankerRequestEvent;
    request.answer(rerankers.acquire(request.load));
  });
}
