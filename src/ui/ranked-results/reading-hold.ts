/**
 * Which row the person is reading: the one that has focus, or the one the pointer moved over a moment ago. A pointer
 * that merely lies there holds nothing, so that the list can be watched.
 */
import type { ReactiveController, ReactiveControllerHost } from 'lit';

const POINTER_HOLD_MS = 3000;

export class ReadingHold implements ReactiveController {
  #pointerRow: HTMLElement | null = null;
  #pointerTime = 0;

  constructor(private readonly host: ReactiveControllerHost & HTMLElement) {
    host.addController(this);
  }

  hostConnected(): void {
    this.host.addEventListener('pointermove', this.#onPointerMove);
    this.host.addEventListener('pointerleave', this.#onPointerLeave);
  }

  hostDisconnected(): void {
    this.host.removeEventListener('pointermove', this.#onPointerMove);
    this.host.removeEventListener('pointerleave', this.#onPointerLeave);
    this.#pointerRow = null;
  }

  get row(): HTMLElement | null {
    const focused = this.host.shadowRoot?.activeElement?.closest<HTMLElement>('[data-index]');
    if (focused) return focused;
    return performance.now() - this.#pointerTime < POINTER_HOLD_MS ? this.#pointerRow : null;
  }

  readonly #onPointerMove = (event: PointerEvent): void => {
    const row = event
      .composedPath()
      .find((node) => node instanceof HTMLElement && node.dataset['index'] !== undefined);
    this.#pointerRow = (row as HTMLElement | undefined) ?? null;
    this.#pointerTime = performance.now();
  };

  readonly #onPointerLeave = (): void => {
    this.#pointerRow = null;
  };
}
