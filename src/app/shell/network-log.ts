/**
 * Everything this page and its workers have fetched since they started, and what the Content-Security-Policy
 * refused. Workers have their own performance timelines and report them on a channel
 * (`protocol/network-report.ts`).
 */
import type { FetchedResource, NetworkReport } from '../../protocol/network-report.ts';

/** Unique to this page, so that workers of other tabs are not included. */
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

  /** Requests to another origin. */
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
    // blob: and data: URLs are created locally, not fetched.
    this.fetched.push(...fetched.filter(({ url }) => /^https?:/.test(url)));
    if (refused !== undefined) this.refused.push(refused);
    this.dispatchEvent(new Event('change'));
  }

  readonly #onRefusal = ({ blockedURI }: SecurityPolicyViolationEvent): void =>
    this.#add({ refused: blockedURI });
}
