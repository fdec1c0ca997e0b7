/**
 * A worker under the page's own Content-Security-Policy. A worker that is loaded from an address is governed by the
 * headers of that address alone, and a static host sends none; a worker that is loaded from a blob inherits the policy
 * of the page that made it. So the blob holds one line that imports the real module, and a few that report what the
 * worker fetches (`network-log.ts`).
 */
import { reportFetches } from '../../protocol/network-report.ts';
import { NETWORK_CHANNEL } from './network-log.ts';

/** @param url of a module worker, same origin; relative addresses count from the page */
export function startConfinedWorker(url: string, name: string): Worker {
  const address = new URL(url, document.baseURI).href;
  const source = `import ${JSON.stringify(address)};\n(${reportFetches.toString()})(${JSON.stringify(NETWORK_CHANNEL)});`;
  const blobUrl = URL.createObjectURL(new Blob([source], { type: 'text/javascript' }));
  const worker = new Worker(blobUrl, { type: 'module', name });
  // The worker has fetched its source by the time it says anything; an address that is never revoked leaks little.
  worker.addEventListener('message', () => URL.revokeObjectURL(blobUrl), { once: true });
  return worker;
}
