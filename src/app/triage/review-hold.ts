import { ReadingHold } from '../../ui/ranked-results/reading-hold.ts';

/** Which row is being read, in a list that renders into the page itself. */
export class ReviewHold extends ReadingHold {
  constructor(private readonly list: ConstructorParameters<typeof ReadingHold>[0]) {
    super(list);
  }

  override get focusedRow(): HTMLElement | null {
    const { activeElement } = this.list.ownerDocument;
    const row = activeElement?.closest<HTMLElement>('[data-index]') ?? null;
    return this.list.contains(row) ? row : null;
  }
}
