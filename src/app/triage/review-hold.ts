import { ReadingHold } from '../../ui/ranked-results/reading-hold.ts';

/** Which row is being read, in a list that renders into the page itself. Whoever is on the offer of a new order still reads. */
export class ReviewHold extends ReadingHold {
  /** While the focus moves it is nowhere, and what is drawn meanwhile must not take away what it goes to. */
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
