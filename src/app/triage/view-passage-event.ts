/** Asks the page to show a passage in its context. */
import type { Passage } from '../session/passage-table.ts';
import type { PassageMarks } from './marked-text.ts';

/** Bubbles to `<rank1-triage-app>`. */
export class ViewPassageEvent extends Event {
  static readonly type = 'rank1-view-passage';

  readonly passage: Passage;
  readonly marks: PassageMarks;

  constructor(passage: Passage, marks: PassageMarks) {
    super(ViewPassageEvent.type, { bubbles: true });
    this.passage = passage;
    this.marks = marks;
  }
}
