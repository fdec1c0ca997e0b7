/**
 * The order a long list shows. It follows the ranking while the user is at the top of the list or away from it, and is
 * frozen while they read in it: distant rows are not rendered, so a row could not be kept in place by scrolling along
 * with it, as in short lists.
 */
import type { ReactiveController, ReactiveControllerHost } from 'lit';
import type { RankedList } from '../../client/ranked-list.ts';
import type { ReadingHold } from './reading-hold.ts';

/** CSS pixels by which the list may be scrolled and still count as read from its top. */
const TOP_MARGIN = 120;

export class FrozenOrder implements ReactiveController {
  order: readonly number[] = [];
  #latest: readonly number[] = this.order;
  #runId = -1;
  #placesOf: readonly number[] = [];
  #places: number[] = [];

  readonly #host: ReactiveControllerHost & HTMLElement;
  readonly #hold: ReadingHold;

  constructor(host: ReactiveControllerHost & HTMLElement, hold: ReadingHold) {
    this.#host = host;
    this.#hold = hold;
    host.addController(this);
  }

  hostConnected(): void {
    this.#host.ownerDocument.addEventListener('scroll', this.#onScroll, { capture: true, passive: true });
    this.#host.addEventListener('focusout', this.#onChange);
  }

  hostDisconnected(): void {
    this.#host.ownerDocument.removeEventListener('scroll', this.#onScroll, { capture: true });
    this.#host.removeEventListener('focusout', this.#onChange);
  }

  /** Whether the ranking's order differs from the one shown. */
  get isStale(): boolean {
    return this.order !== this.#latest;
  }

  /** Adopts the order of `list` now, or, if the user is reading the rows, when they ask for it or leave. */
  follow({ runId, order }: RankedList): void {
    this.#latest = order;
    if (runId === this.#runId && order !== this.order && this.#isBeingRead) return;
    this.#runId = runId;
    this.order = order;
  }

  /** Shows the latest order, even while the user is reading. */
  release(): void {
    this.order = this.#latest;
    this.#host.requestUpdate();
  }

  /** Each document's place in the latest order, by input index. */
  places({ order }: RankedList): readonly number[] {
    if (this.#placesOf !== order) {
      this.#placesOf = order;
      this.#places = [];
      order.forEach((index, place) => (this.#places[index] = place));
    }
    return this.#places;
  }

  get #isBeingRead(): boolean {
    return this.#hold.row !== null || this.isInMidst;
  }

  /** Whether the user has scrolled into the list. */
  get isInMidst(): boolean {
    const { top, bottom } = this.#host.getBoundingClientRect();
    return top < -TOP_MARGIN && bottom > 0;
  }

  readonly #onChange = (): void => {
    if (this.isStale) this.#host.requestUpdate();
  };

  readonly #onScroll = (): void => {
    if (this.isStale && !this.isInMidst) this.#host.requestUpdate();
  };
}
