/**
 * Which row the user is reading: the one with focus, or the one the pointer moved over a moment ago. A pointer at rest
 * holds nothing, so that the list can be watched.
 */
import type { ReactiveController, ReactiveControllerHost } from 'lit';

const POINTER_HOLD_MS = 3000;
/** How long scrolling continues after the last wheel, touch or key event. */
const SCROLL_MS = 700;
/** Events by which the user scrolls. */
const SCROLL_INPUTS = ['wheel', 'touchmove', 'keydown'] as const;

export class ReadingHold implements ReactiveController {
  #pointerRow: HTMLElement | null = null;
  #pointerTime = 0;
  #scrollTime = -Infinity;
  #lastFocusedRow: HTMLElement | null = null;

  readonly #host: ReactiveControllerHost & HTMLElement;

  constructor(host: ReactiveControllerHost & HTMLElement) {
    this.#host = host;
    host.addController(this);
  }

  hostConnected(): void {
    this.#host.addEventListener('pointermove', this.#onPointerMove);
    this.#host.addEventListener('pointerleave', this.#onPointerLeave);
    for (const type of SCROLL_INPUTS)
      this.#host.ownerDocument.addEventListener(type, this.#onScrollInput, { capture: true, passive: true });
    this.#host.addEventListener('focusin', this.#onFocus);
    this.#host.addEventListener('focusout', this.#onBlur);
  }

  hostDisconnected(): void {
    this.#host.removeEventListener('pointermove', this.#onPointerMove);
    this.#host.removeEventListener('pointerleave', this.#onPointerLeave);
    for (const type of SCROLL_INPUTS)
      this.#host.ownerDocument.removeEventListener(type, this.#onScrollInput, { capture: true });
    this.#host.removeEventListener('focusin', this.#onFocus);
    this.#host.removeEventListener('focusout', this.#onBlur);
    this.#pointerRow = null;
  }

  get focusedRow(): HTMLElement | null {
    return this.#host.shadowRoot?.activeElement?.closest<HTMLElement>('[data-index]') ?? null;
  }

  /** While the user scrolls, no row is kept in place. */
  get isScrolling(): boolean {
    return performance.now() - this.#scrollTime < SCROLL_MS;
  }

  /** Whether the focused row was removed and nothing else took the focus. */
  get hasLostFocusedRow(): boolean {
    const lost = this.#lastFocusedRow !== null && !this.#lastFocusedRow.isConnected;
    return lost && this.#host.ownerDocument.activeElement === this.#host.ownerDocument.body;
  }

  get row(): HTMLElement | null {
    const { focusedRow } = this;
    if (focusedRow) return focusedRow;
    return performance.now() - this.#pointerTime < POINTER_HOLD_MS ? this.#pointerRow : null;
  }

  readonly #onPointerMove = (event: PointerEvent): void => {
    const row = event
      .composedPath()
      .find((node) => node instanceof HTMLElement && node.dataset['index'] !== undefined);
    this.#pointerRow = (row as HTMLElement | undefined) ?? null;
    this.#pointerTime = performance.now();
  };

  readonly #onScrollInput = (): void => {
    this.#scrollTime = performance.now();
  };

  readonly #onFocus = (): void => {
    this.#lastFocusedRow = this.focusedRow;
  };

  readonly #onBlur = (event: FocusEvent): void => {
    if (event.relatedTarget) this.#lastFocusedRow = null; // otherwise the user left, or the row was removed
  };

  readonly #onPointerLeave = (): void => {
    this.#pointerRow = null;
  };
}
