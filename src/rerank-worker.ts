/** Where the worker that runs the model is. In the package it lies beside this module: `docs/decisions/0090`. */

/** @param url of the worker, for pages whose bundler emits none; its own in the package when left out */
export function startRerankWorker(url?: string): Worker {
  if (url !== undefined) return new Worker(url, { type: 'module', name: 'rank1-rerank' });
  return new Worker(new URL('../workers/rerank.worker.ts', import.meta.url), {
    type: 'module',
    name: 'rank1-rerank',
  });
}
