/** Where the worker that runs the model is. In the package it lies beside this module: `docs/decisions/0090`. */
import { Rank1Error } from './base/errors.ts';

/**
 * @param url of the worker, for pages whose bundler emits none; its own in the package when left out
 * @throws Rank1Error `option-unsupported` where there are no workers, as in Node
 */
export function startRerankWorker(url?: string): Worker {
  if (typeof Worker === 'undefined')
    throw new Rank1Error(
      'option-unsupported',
      'There are no Web Workers here, so a model can run in a page only. In Node, give createReranker the endpoint of a server, or run the model with "rank1-rerank serve".',
    );
  if (url !== undefined) return new Worker(url, { type: 'module', name: 'rank1-rerank' });
  return new Worker(new URL('../workers/rerank.worker.ts', import.meta.url), {
    type: 'module',
    name: 'rank1-rerank',
  });
}
