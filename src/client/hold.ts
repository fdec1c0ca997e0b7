/** Who pauses runs; they continue when nobody is left. */
import { untilAborted } from '../base/async.ts';
import type { PausedBy } from './run-state.ts';

/** The page, or an object that stands for a caller. */
type Holder = 'page' | object;

export class Hold {
  readonly #holders = new Set<Holder>();
  readonly #listeners = new Set<() => void>();

  get held(): boolean {
    return this.#holders.size > 0;
  }

  get heldByCaller(): boolean {
    return [...this.#holders].some((holder) => holder !== 'page');
  }

  /** Whom to report: a caller takes precedence, as only callers can undo it. */
  get by(): PausedBy {
    return this.heldByCaller ? 'caller' : 'page';
  }

  set(holder: Holder, held: boolean): void {
    if (this.#holders.has(holder) === held) return;
    if (held) this.#holders.add(holder);
    else this.#holders.delete(holder);
    for (const listener of [...this.#listeners]) listener();
  }

  /** Lets go for every caller. */
  releaseCallers(): void {
    for (const holder of this.#holders) if (holder !== 'page') this.set(holder, false);
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
