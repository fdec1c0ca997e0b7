/**
 * What this page and its workers have fetched since they started, and what the Content-Security-Policy has refused.
 * Workers have a timeline of their own: `protocol/network-report.ts` makes them report theirs on a channel.
 */
import type { FetchedResource, NetworkReport } from '../../protocol/network-report.ts';

/** Of this page alone: another tab's workers report to that tab. */
export const NETWORK_CHANNEL = `rank1-network-reports-${String(crypto.getRandomValues(new Uint32Array(2)))}`;

export class NetworkLog extends EventTarget {
  readonly fetched: FetchedResource[] = [];
  readonly refused: string[] = [];
  readonly #observer: PerformanceObserver;
  readonly #channel = new BroadcastChannel(NETWORK_CHANNEL);

  constructor() {
    super();
    this.#observer = new PerformanceObserver((list) => {
      const entries = list.getEntries() as PerformanceResourceTiming[];
      this.#add({
        fetched: entries.map(({ name, decodedBodySize }) => ({ url: name, numBytes: decodedBodySize })),
      });
    });
    this.#observer.observe({ type: 'resource', buffered: true });
    this.#channel.onmessage = ({ data }: MessageEvent<NetworkReport>) => this.#add(data);
    document.addEventListener('securitypolicyviolation', this.#onRefusal);
  }

  /** Requests that went to another origin than the page's. */
  get foreign(): FetchedResource[] {
    return this.fetched.filter(({ url }) => new URL(url).origin !== location.origin);
  }

  get numBytes(): number {
    return this.fetched.reduce((sum, { numBytes }) => sum + numBytes, 0);
  }

  close(): void {
    this.#observer.disconnect();
    this.#channel.close();
    document.removeEventListener('securitypolicyviolation', this.#onRefusal);
  }

  #add({ fetched = [], refused }: NetworkReport): void {
    // What a worker makes up for itself (blob:, data:) has not come from anywhere.
    this.fetched.push(...fetched.filter(({ url }) => /^https?:/.test(url)));
    if (refused !== undefined) this.refused.push(refused);
    this.dispatchEvent(new Event('change'));
  }

  readonly #onRefusal = ({ blockedURI }: SecurityPolicyViolationEvent): void =>
    this.#add({ refused: blockedURI });
}
