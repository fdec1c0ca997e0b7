/** Keyboard focus in the review list. The list is virtualised: the row to focus may not be rendered yet. */
import { virtualizerRef } from '@lit-labs/virtualizer/virtualize.js';
import type { ReactiveControllerHost } from 'lit';

export class ReviewFocus {
  #active: number | null = null;
  #reading: number | null = null;

  readonly #list: ReactiveControllerHost & HTMLElement;

  constructor(list: ReactiveControllerHost & HTMLElement) {
    this.#list = list;
  }

  /** index of the passage with keyboard focus */
  get active(): number | null {
    return this.#active;
  }

  /**
   * index of the passage the user focused directly; not set by focusing a button in it, which would move away
   * under the mouse
   */
  get reading(): number | null {
    return this.#reading;
  }

  /** Call when other passages are listed. */
  forget(): void {
    this.#set(null, null);
  }

  /** Tab then reaches the first row; what is being read stays so. */
  leaveRow(): void {
    this.#set(null, this.#reading);
  }

  /** The row reached by Tab; the previously focused row may have been filtered out. */
  reachable(shown: readonly number[]): number | undefined {
    const active = this.#active;
    return active !== null && shown.includes(active) ? active : shown[0];
  }

  /** The row that many steps away, or the last in that direction. Undefined if there is none. */
  after(steps: number, shown: readonly number[]): number | undefined {
    const place = this.#active === null ? -1 : shown.indexOf(this.#active);
    return shown[Math.min(shown.length - 1, Math.max(0, place + steps))];
  }

  moveTo(index: number, shown: readonly number[]): void {
    this.#set(index, this.#reading);
    const feed = this.#feed;
    const row = this.rowOf(index);
    if (row) return void this.#list.updateComplete.then(() => row.focus());
    feed?.[virtualizerRef]?.element(shown.indexOf(index))?.scrollIntoView({ block: 'nearest' });
    void feed?.[virtualizerRef]?.layoutComplete.then(() => this.rowOf(index)?.focus());
  }

  /** Rows that are new render later; until then the list itself has the focus. */
  moveToList(): void {
    this.leaveRow();
    this.#feed?.focus();
  }

  rowOf(index: number): HTMLElement | null {
    return this.#list.querySelector(`.review-row[data-index="${index}"]`);
  }

  readonly onFocusIn = (event: Event): void => {
    const row = (event.target as HTMLElement).closest<HTMLElement>('.review-row');
    if (!row) return;
    const index = Number(row.dataset['index']);
    this.#set(index, event.target === row ? index : this.#reading);
  };

  get #feed(): (HTMLElement & { [virtualizerRef]?: VirtualizedList }) | null {
    return this.#list.querySelector('.feed');
  }

  #set(active: number | null, reading: number | null): void {
    const isSame = active === this.#active && reading === this.#reading;
    this.#active = active;
    this.#reading = reading;
    if (!isSame) this.#list.requestUpdate();
  }
}

interface VirtualizedList {
  element(place: number): { scrollIntoView(options: ScrollIntoViewOptions): void } | undefined;
  readonly layoutComplete: Promise<void>;
}
