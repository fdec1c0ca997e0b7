/**
 * Holds runs while the page cannot or should not work. A frozen page is held before it freezes, so that no step is in
 * flight when it does, and goes on when it thaws. A hidden page works on unless told otherwise. Neither changes a verdict.
 */
import type { Hold } from './hold.ts';

/** `continue`: a hidden page goes on judging, at the speed the browser lets it; `pause`: it waits to be seen. */
export type WhenHidden = 'continue' | 'pause';

/** The part of `document` that is needed; absent in Node and in workers. */
export interface Page extends EventTarget {
  readonly visibilityState: DocumentVisibilityState;
}

const EVENTS = ['visibilitychange', 'freeze', 'resume'] as const;

/** @returns a function that stops watching and gives up the hold */
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
