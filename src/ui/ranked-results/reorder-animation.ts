/**
 * Animates rows to their new places (FLIP: first, last, invert, play), keeps focus although nodes move, and scrolls so
 * that the row being read stays at its height on the screen. Under reduced motion there is no animation; focus and
 * scroll position are still kept.
 */
import { scrollAround } from './scroll-container.ts';

const DURATION_MS = 420;
const EASING = 'cubic-bezier(0.25, 0.1, 0.1, 1)';

export class ReorderAnimation {
  #tops = new Map<HTMLElement, number>();
  #held: HTMLElement | null = null;
  #focused: HTMLElement | null = null;
  /** Error from scrolling in whole pixels, corrected at the next scroll so that it does not add up during a run. */
  #rounding = 0;
  readonly #running = new Map<HTMLElement, Animation>();

  /** Call before the rows change. */
  capture(rows: Iterable<HTMLElement>, held: HTMLElement | null, root: ShadowRoot): void {
    this.#tops = new Map([...rows].map((row) => [row, row.getBoundingClientRect().top]));
    this.#held = held;
    this.#focused = deepestFocus(root);
  }

  /** Call after the rows have changed. */
  play(rows: Iterable<HTMLElement>): void {
    for (const animation of this.#running.values()) animation.cancel();
    this.#running.clear();
    this.#restoreFocus();
    this.#keepInPlace();
    if (!matchMedia('(prefers-reduced-motion: reduce)').matches) for (const row of rows) this.#glide(row);
    this.#tops.clear();
    this.#held = null;
  }

  #restoreFocus(): void {
    if (this.#focused?.isConnected && !this.#focused.matches(':focus'))
      this.#focused.focus({ preventScroll: true });
    this.#focused = null;
  }

  #keepInPlace(): void {
    const top = this.#held ? this.#tops.get(this.#held) : undefined;
    if (!this.#held?.isConnected || top === undefined) return;
    const wanted = top - this.#rounding;
    scrollAround(this.#held, this.#held.getBoundingClientRect().top - wanted);
    const missed = this.#held.getBoundingClientRect().top - wanted;
    this.#rounding = Math.abs(missed) < 1 ? missed : 0; // a larger remainder means the end of the page, not rounding
  }

  #glide(row: HTMLElement): void {
    const before = this.#tops.get(row);
    if (before === undefined) return;
    const distance = before - row.getBoundingClientRect().top;
    if (Math.abs(distance) < 1) return;
    const frames = [{ transform: `translateY(${distance}px)` }, { transform: 'none' }];
    const animation = row.animate(frames, { duration: DURATION_MS, easing: EASING });
    this.#running.set(row, animation);
    animation.onfinish = () => this.#running.delete(row);
  }
}

function deepestFocus(root: ShadowRoot): HTMLElement | null {
  let active = root.activeElement;
  while (active?.shadowRoot?.activeElement) active = active.shadowRoot.activeElement;
  return active instanceof HTMLElement ? active : null;
}
