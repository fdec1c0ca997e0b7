/** The keyboard of the review list. */
import type { Decision } from '../session/session-types.ts';

export type ReviewKey =
  /** by places in the list; infinite: to its start or end */
  | { readonly type: 'move'; readonly steps: number }
  | { readonly type: 'decide'; readonly decision: Decision }
  | { readonly type: 'undo' | 'view' | 'note' | 'chain' };

const KEYS: Readonly<Record<string, ReviewKey>> = {
  arrowdown: { type: 'move', steps: 1 },
  j: { type: 'move', steps: 1 },
  pagedown: { type: 'move', steps: 5 },
  arrowup: { type: 'move', steps: -1 },
  pageup: { type: 'move', steps: -5 },
  home: { type: 'move', steps: -Infinity },
  end: { type: 'move', steps: Infinity },
  k: { type: 'decide', decision: 'keep' },
  d: { type: 'decide', decision: 'drop' },
  u: { type: 'decide', decision: 'unsure' },
  z: { type: 'undo' },
  enter: { type: 'view' },
  n: { type: 'note' },
  r: { type: 'chain' },
};

/** Null for keys that are left to the browser: with Ctrl or Cmd, all but Z. */
export function reviewKey(event: KeyboardEvent): ReviewKey | null {
  const key = KEYS[event.key.toLowerCase()] ?? null;
  if (event.altKey || event.isComposing) return null;
  return (event.ctrlKey || event.metaKey) && key?.type !== 'undo' ? null : key;
}

/** Whether a key ends the editing of a note; Escape discards it. */
export function noteEnd(event: KeyboardEvent): 'keep' | 'drop' | null {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return null;
  return event.key === 'Enter' ? 'keep' : event.key === 'Escape' ? 'drop' : null;
}
