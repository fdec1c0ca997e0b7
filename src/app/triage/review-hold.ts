import { ReadingHold } from '../../ui/ranked-results/reading-hold.ts';

/**
 * Tracks which row is being read, in a list that renders into light DOM. Focus on the offer to reorder also
 * counts as reading.
 */
export class ReviewHold extends ReadingHold {
  /**
   * While focus moves, no element has it; a render in between must not remove the element about to receive
   * it.
   */
  #next: EventTarget | null = null;

  readonly #list: ConstructorParameters<typeof ReadingHold>[0];

  constructor(list: ConstructorParameters<typeof ReadingHold>[0]) {
    super(list);
    this.#list = list;
    list.addEventListener('focusout', ({ relatedTarget }) => (this.#next = relatedTarget));
    list.addEventListener('focusin', () => (this.#next = null));
  }

  override get focusedRow(): HTMLElement | null {
    const at = this.#next ?? this.#list.ownerDocument.activeElement;
    if (!(at instanceof Element) || !this.#list.contains(at)) return null;
    return at.closest<HTMLElement>('[data-index], .order-offer');
  }
}
