/** The reasons why runs are paused; they continue when none is left. */
import { untilAborted } from '../base/async.ts';
import type { PausedBy } from './run-state.ts';

export class Hold {
  readonly #reasons = new Set<PausedBy>();
  readonly #listeners = new Set<() => void>();

  get held(): boolean {
    return this.#reasons.size > 0;
  }

  /** The reason to report: the caller's takes precedence, as only the caller can undo it. */
  get by(): PausedBy {
    return this.#reasons.has('caller') ? 'caller' : 'page';
  }

  has(reason: PausedBy): boolean {
    return this.#reasons.has(reason);
  }

  set(reason: PausedBy, held: boolean): void {
    if (this.#reasons.has(reason) === held) return;
    if (held) this.#reasons.add(reason);
    else this.#reasons.delete(reason);
    for (const listener of [...this.#listeners]) listener();
  }

  /** @returns an unsubscribe function */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** @throws the signal's reason */
  async untilReleased(signal: AbortSignal): Promise<void> {
    while (this.held) {
      let unsubscribe = (): void => undefined;
      const changed = new Promise<void>((resolve) => (unsubscribe = this.subscribe(resolve)));
      await untilAborted(changed, signal).finally(unsubscribe);
    }
  }
}

/** `continue`: a hidden page keeps judging, at the speed the browser allows; `pause`: it waits until it is visible. */
export type WhenHidden = 'continue' | 'pause';

/** The part of `document` that is used; absent in Node and in workers. */
export interface Page extends EventTarget {
  readonly visibilityState: DocumentVisibilityState;
}

const EVENTS = ['visibilitychange', 'freeze', 'resume'] as const;

/**
 * Pauses runs while the page is frozen, and while it is hidden if `whenHidden` is `pause`. A pause releases the device,
 * which a frozen page would otherwise keep from others. No verdict changes.
 * @returns stops watching and releases the hold
 */
export function holdWithPage(page: Page | undefined, whenHidden: WhenHidden, hold: Hold): () => void {
  if (!page) return () => undefined;
  let frozen = false;
  const update = (event?: Event): void => {
    if (event?.type === 'freeze') frozen = true;
    if (event?.type === 'resume') frozen = false;
    hold.set('page', frozen || (whenHidden === 'pause' && page.visibilityState === 'hidden'));
  };
  for (const type of EVENTS) page.addEventListener(type, update);
  update();
  return () => {
    for (const type of EVENTS) page.removeEventListener(type, update);
    hold.set('page', false);
  };
}
