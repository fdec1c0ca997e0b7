/**
 * The order that a long list shows. It follows the ranking while the person is at its top or away from it, and stands still
 * while they are in the midst of it or have focus there: rows that are far off are not rendered, so scrolling along, as
 * short lists do, could not keep one in place.
 */
import type { ReactiveController, ReactiveControllerHost } from 'lit';
import type { RankedList } from '../../client/ranked-list.ts';
import type { ReadingHold } from './reading-hold.ts';

/** The list may have moved up by so much and still count as seen from its top; in CSS pixels. */
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

  /** The ranking has another order than the one that is shown. */
  get isStale(): boolean {
    return this.order !== this.#latest;
  }

  /** Takes the order of `list` over, now if the person is not in the midst of the rows, else when they ask or leave. */
  follow({ runId, order }: RankedList): void {
    this.#latest = order;
    if (runId === this.#runId && order !== this.order && this.#isBeingRead) return;
    this.#runId = runId;
    this.order = order;
  }

  /** Shows the latest order, whoever is reading. */
  release(): void {
    this.order = this.#latest;
    this.#host.requestUpdate();
  }

  /** By input index, its place in the latest order. */
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

  /** The person has scrolled into the list. */
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
