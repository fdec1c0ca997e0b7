/**
 * That the person lets a server judge, and which: kept for this tab, until it is closed. The key is not kept at all.
 * Owns the page's narrowing to that one host, which nothing can undo but leaving the page.
 */
import { checkRemoteOptions, type RemoteOptions } from '../../remote/remote-options.ts';

const KEY = 'rank1-remote-engine';

export interface RemoteConsent {
  /** What the server judges is stored under it: what it runs may be another model the next time. */
  readonly id: string;
  readonly endpoint: string;
  readonly remoteModel?: string;
  /** It has to be given again after a reload. */
  readonly needsKey: boolean;
}

/** Null when there is none, or it cannot be used any more. */
export function readConsent(): RemoteConsent | null {
  try {
    const kept = JSON.parse(sessionStorage.getItem(KEY) ?? 'null') as RemoteConsent | null;
    if (kept) checkRemoteOptions(kept);
    return kept;
  } catch {
    return null;
  }
}

export function keepConsent({ endpoint, remoteModel, apiKey }: RemoteOptions): RemoteConsent {
  const consent: RemoteConsent = {
    id: crypto.randomUUID(),
    endpoint,
    ...(remoteModel !== undefined && { remoteModel }),
    needsKey: apiKey !== undefined,
  };
  try {
    sessionStorage.setItem(KEY, JSON.stringify(consent));
  } catch {
    // storage is refused: it holds until the page is left
  }
  return consent;
}

export function forgetConsent(): void {
  try {
    sessionStorage.removeItem(KEY);
  } catch {
    // nothing was kept
  }
}

/** From now on the page, and every worker it starts, connects to its own site and to this server only. */
export function confineTo(endpoint: string): void {
  const policy = document.createElement('meta');
  policy.httpEquiv = 'Content-Security-Policy';
  policy.content = `connect-src 'self' ${new URL(endpoint).origin}`;
  document.head.append(policy);
}
