/**
 * Scroll anchoring for long lists, whose rows are measured and placed after rendering: checks whenever the list's
 * height changes, and in the frames after an update, and scrolls so that the row being read stays at its height on the
 * screen.
 */
import type { ReactiveController, ReactiveControllerHost } from 'lit';
import type { ReadingHold } from './reading-hold.ts';
import { scrollAround } from './scroll-container.ts';

/** Heights are known one frame after rendering, places one later; one more for chains. */
const NUM_FRAMES = 4;

export class PlaceKeeper implements ReactiveController {
  #row: HTMLElement | null = null;
  #top = 0;
  #framesLeft = 0;
  #list: Element | null = null;
  #observer: ResizeObserver | null = null;

  readonly #hold: ReadingHold;

  constructor(host: ReactiveControllerHost & HTMLElement, hold: ReadingHold) {
    this.#hold = hold;
    host.addController(this);
  }

  hostDisconnected(): void {
    this.#observer?.disconnect();
    this.#list = null;
    this.#row = null;
  }

  /** Call before rows change, with the list that contains them. */
  keep(list: Element | null): void {
    this.#observe(list);
    const { row, isScrolling } = this.#hold;
    if (row !== this.#row || isScrolling) this.#anchor(row);
    if (!row) return;
    const isIdle = this.#framesLeft === 0;
    this.#framesLeft = NUM_FRAMES;
    if (isIdle) requestAnimationFrame(this.#onFrame);
  }

  #anchor(row: HTMLElement | null): void {
    this.#row = row;
    this.#top = row?.getBoundingClientRect().top ?? 0;
  }

  #observe(list: Element | null): void {
    if (!list || list === this.#list) return;
    this.#observer?.disconnect();
    this.#observer = new ResizeObserver(() => this.#restore());
    this.#observer.observe(list);
    this.#list = list;
  }

  readonly #onFrame = (): void => {
    this.#restore();
    this.#framesLeft -= 1;
    if (this.#framesLeft > 0) requestAnimationFrame(this.#onFrame);
  };

  #restore(): void {
    const row = this.#row;
    if (!row?.isConnected || row !== this.#hold.row) return;
    if (this.#hold.isScrolling) return this.#anchor(row);
    const distance = row.getBoundingClientRect().top - this.#top;
    if (Math.abs(distance) >= 1) scrollAround(row, distance);
  }
}
