/** What a worker reports to its page about its network use: workers have their own performance timeline. */

/** One request to the network or a cache. */
export interface FetchedResource {
  readonly url: string;
  /** of the body; 0 if not reported, as for other origins */
  readonly numBytes: number;
}

export interface NetworkReport {
  readonly fetched?: readonly FetchedResource[];
  /** the blocked URI as the policy violation reports it: an address or `inline` */
  readonly refused?: string;
}

/**
 * Reports on a channel everything that this worker fetches and has fetched. Workers run this function's source text
 * (`toString`), so it must not use anything else from this module.
 */
export function reportFetches(channelName: string): void {
  const channel = new BroadcastChannel(channelName);
  new PerformanceObserver((list) => {
    const entries = list.getEntries() as PerformanceResourceTiming[];
    channel.postMessage({
      fetched: entries.map((entry) => ({ url: entry.name, numBytes: entry.decodedBodySize })),
    });
  }).observe({ type: 'resource', buffered: true });
  addEventListener('securitypolicyviolation', (event) => {
    channel.postMessage({ refused: (event as SecurityPolicyViolationEvent).blockedURI });
  });
}
