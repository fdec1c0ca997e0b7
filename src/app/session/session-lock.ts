/**
 * Lets only one tab open a session, because two would overwrite each other's record. A Web Lock, which the browser
 * releases however the page ends.
 */

export interface SessionLock {
  release(): void;
}

/** Null if another tab, or this one, holds the lock. */
export function tryLockSession(sessionId: string): Promise<SessionLock | null> {
  return request(sessionId, { ifAvailable: true });
}

/** Waits for the lock. Null if `signal` was aborted first. */
export async function waitForSession(sessionId: string, signal: AbortSignal): Promise<SessionLock | null> {
  const lock = await request(sessionId, { signal }).catch((error: unknown) => {
    if (signal.aborted) return null;
    throw error;
  });
  if (!signal.aborted) return lock;
  lock?.release();
  return null;
}

function request(sessionId: string, options: LockOptions): Promise<SessionLock | null> {
  return new Promise((resolve, reject) => {
    const hold = (lock: Lock | null): Promise<void> =>
      new Promise((release) => {
        resolve(lock && { release });
        if (!lock) release();
      });
    navigator.locks.request(`rank1-triage-session:${sessionId}`, options, hold).catch(reject);
  });
}
