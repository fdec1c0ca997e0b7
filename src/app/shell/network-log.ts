/**
 * Everything this page and its workers have fetched since they started, and what the Content-Security-Policy
 * refused. Workers have their own performance timelines and report them on a channel
 * (`protocol/network-report.ts`).
 */
import type { FetchedResource, NetworkReport } from '../../protocol/network-report.ts';

/** Unique to this page, so that workers of other tabs are not included. */
export const NETWORK_CHANNEL = `rank1-network-reports-${String(crypto.getRandomValues(new Uint32Array(2)))}`;

/** A page that stays open fetches without end: of older addresses only the counts are kept. */
export const MAX_ROWS = 300;

/** All requests to one address. */
export interface FetchedRow extends FetchedResource {
  readonly numTimes: number;
  /** to another origin */
  readonly isForeign: boolean;
}

export class NetworkLog {
  numFetched = 0;
  numForeign = 0;
  numBytes = 0;
  readonly refused = new Set<string>();
  /** by address, the latest last */
  readonly #rows = new Map<string, FetchedRow>();
  readonly #observer: PerformanceObserver;
  readonly #channel = new BroadcastChannel(NETWORK_CHANNEL);
  readonly #onChange: (added: readonly FetchedResource[]) => void;

  constructor(onChange: (added: readonly FetchedResource[]) => void = () => undefined) {
    this.#onChange = onChange;
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

  /** The `MAX_ROWS` addresses that were fetched last, the latest last. */
  get fetched(): FetchedRow[] {
    return [...this.#rows.values()];
  }

  close(): void {
    this.#observer.disconnect();
    this.#channel.close();
    document.removeEventListener('securitypolicyviolation', this.#onRefusal);
  }

  #add({ fetched = [], refused }: NetworkReport): void {
    // blob: and data: URLs are created locally, not fetched.
    const added = fetched.filter(({ url }) => /^https?:/.test(url));
    for (const resource of added) this.#count(resource);
    if (refused !== undefined) this.refused.add(refused);
    this.#onChange(added);
  }

  #count({ url, numBytes }: FetchedResource): void {
    const before = this.#rows.get(url);
    const isForeign = before?.isForeign ?? new URL(url).origin !== location.origin;
    this.numFetched += 1;
    this.numForeign += isForeign ? 1 : 0;
    this.numBytes += numBytes;
    this.#rows.delete(url);
    this.#rows.set(url, {
      url,
      numBytes: numBytes + (before?.numBytes ?? 0),
      numTimes: 1 + (before?.numTimes ?? 0),
      isForeign,
    });
    const [oldest] = this.#rows.size > MAX_ROWS ? this.#rows.keys() : [];
    if (oldest !== undefined) this.#rows.delete(oldest);
  }

  readonly #onRefusal = ({ blockedURI }: SecurityPolicyViolationEvent): void =>
    this.#add({ refused: blockedURI });
}
