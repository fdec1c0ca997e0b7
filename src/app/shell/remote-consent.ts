/**
 * The user's consent to send what is judged to a given server, stored for this tab until it closes, without the API
 * key. Also restricts the page's connections to that host, which only leaving the page undoes.
 */
import { checkRemoteOptions, type RemoteOptions } from '../../remote/remote-options.ts';

const KEY = 'rank1-remote-engine';

export interface RemoteConsent {
  /** Judgements are stored under this id, because the server may run another model next time. */
  readonly id: string;
  readonly endpoint: string;
  readonly remoteModel?: string;
  /** The key must be entered again after a reload. */
  readonly needsKey: boolean;
}

/** Null if there is none, or it is no longer usable. */
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
    // Storage refused: applies until the page is left.
  }
  return consent;
}

export function forgetConsent(): void {
  try {
    sessionStorage.removeItem(KEY);
  } catch {
    // Nothing was stored.
  }
}

/** From now on the page and every worker it starts connect only to its own site and this server. */
export function confineTo(endpoint: string): void {
  const policy = document.createElement('meta');
  policy.httpEquiv = 'Content-Security-Policy';
  policy.content = `connect-src 'self' ${new URL(endpoint).origin}`;
  document.head.append(policy);
}
