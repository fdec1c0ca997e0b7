/** What a worker tells its page of its use of the network: workers have a timeline of their own. */

/** One thing that was asked of the network or of a cache. */
export interface FetchedResource {
  readonly url: string;
  /** of the body; 0 where it is not told, as for other origins */
  readonly numBytes: number;
}

export interface NetworkReport {
  readonly fetched?: readonly FetchedResource[];
  /** what the policy refused, as it names it: an address or `inline` */
  readonly refused?: string;
}

/**
 * Tells all that this worker fetches, and has fetched, on a channel. It is sent to workers as its text too, so it may use
 * nothing of this module.
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
