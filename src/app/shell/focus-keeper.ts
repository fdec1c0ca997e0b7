import type { ReactiveController, ReactiveControllerHost } from 'lit';

/**
 * Keeps the keyboard focus when an update removes the element that has it, which the browser would move to the top of
 * the page: it stays in the row, else goes to the `.remove` button of the next row, of the one before, or elsewhere.
 */
export class FocusKeeper implements ReactiveController {
  #focused: Element | null = null;
  /** of its list: its own row, the following ones, and the ones before, nearest first */
  #rows: readonly Element[] = [];

  readonly #host: ReactiveControllerHost & HTMLElement;
  readonly #elsewhere: () => HTMLElement | null;

  /** @param elsewhere what gets the focus if no row can */
  constructor(host: ReactiveControllerHost & HTMLElement, elsewhere: () => HTMLElement | null) {
    this.#host = host;
    this.#elsewhere = elsewhere;
    host.addController(this);
  }

  hostUpdate(): void {
    const { activeElement } = this.#host.ownerDocument;
    this.#focused = this.#host.contains(activeElement) ? activeElement : null;
    const row = this.#focused?.closest('li');
    const rows = [...(row?.parentElement?.children ?? [])];
    const at = row ? rows.indexOf(row) : 0;
    this.#rows = [...rows.slice(at), ...rows.slice(0, at).reverse()];
  }

  hostUpdated(): void {
    const isLost = this.#focused?.isConnected === false;
    if (isLost) (this.#nextButton() ?? this.#elsewhere())?.focus();
    this.#focused = null;
    this.#rows = [];
  }

  #nextButton(): HTMLElement | null {
    const [own, ...others] = this.#rows;
    if (own?.isConnected) return own.querySelector<HTMLElement>('button');
    for (const row of others) {
      const button = row.isConnected ? row.querySelector<HTMLElement>('.remove') : null;
      if (button) return button;
    }
    return null;
  }
}
