/**
 * Starts a worker under the page's own Content-Security-Policy. A worker loaded from a URL is governed only
 * by that URL's response headers, and static hosts send none; a worker loaded from a blob inherits the policy
 * of the page that created it. So the blob imports the real module and reports what the worker fetches
 * (`network-log.ts`).
 */
import { reportFetches } from '../../protocol/network-report.ts';
import { NETWORK_CHANNEL } from './network-log.ts';

/** @param url of a module worker, same origin; relative URLs resolve against the page */
export function startConfinedWorker(url: string, name: string): Worker {
  const address = new URL(url, document.baseURI).href;
  const source = `(${reportFetches.toString()})(${JSON.stringify(NETWORK_CHANNEL)});\n(${importLater.toString()})(() => import(${JSON.stringify(address)}));`;
  const blobUrl = URL.createObjectURL(new Blob([source], { type: 'text/javascript' }));
  const worker = new Worker(blobUrl, { type: 'module', name });
  // By its first message the worker has fetched its source. A URL that is never revoked leaks little.
  worker.addEventListener('message', () => URL.revokeObjectURL(blobUrl), { once: true });
  return worker;
}

/**
 * Runs in the worker: imports its module and queues messages until the module listens. A static `import` would queue
 * them too, but Firefox fetches such a module past the service worker, so no worker would start offline. The worker
 * gets this function's source text, so it must not use anything else from this module.
 */
function importLater(importModule: () => Promise<unknown>): void {
  const early: MessageEvent[] = [];
  const keep = (event: MessageEvent): void => void early.push(event);
  addEventListener('message', keep);
  importModule().then(
    () => {
      removeEventListener('message', keep);
      for (const { data, ports } of early)
        dispatchEvent(new MessageEvent('message', { data, ports: [...ports] }));
    },
    // A rejection would not reach the page.
    (error: unknown) =>
      setTimeout(() => {
        throw error;
      }),
  );
}
