/**
 * One tab at a time has a session open: two would overwrite each other's record. The browser takes a lock back from a
 * page that is gone, however it went.
 */

export interface SessionLock {
  release(): void;
}

/** Null when another tab, or this one, holds it. */
export function tryLockSession(sessionId: string): Promise<SessionLock | null> {
  return request(sessionId, { ifAvailable: true });
}

/** Waits until it is free. Null when `signal` was aborted first. */
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
