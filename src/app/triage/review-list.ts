import { isMixed } from '../../client/ranked-list.ts';
import { msg } from '@lit/localize';
import { virtualize } from '@lit-labs/virtualizer/virtualize.js';
import { html, nothing, type TemplateResult } from 'lit';
import { property, state } from 'lit/decorators.js';
import { keyed } from 'lit/directives/keyed.js';
import { FrozenOrder } from '../../ui/ranked-results/frozen-order.ts';
import { ListFlow } from '../../ui/ranked-results/list-flow.ts';
import type { JudgingRun } from '../session/judging-run.ts';
import type { Decision } from '../session/session-types.ts';
import type { TriageSession } from '../session/triage-session.ts';
import { AlikePassages, type ShownPassages } from './alike-passages.ts';
import { PassageMarker } from './passage-marker.ts';
import { filterPassages, type ReviewFilter } from './review-filter.ts';
import { attempt, problemText } from './problem.ts';
import { renderReviewBar } from './review-bar.ts';
import { ReviewFocus } from './review-focus.ts';
import { ReviewHold } from './review-hold.ts';
import { noteEnd, reviewKey } from './review-keys.ts';
import { renderReviewRow } from './review-row.ts';
import { renderReviewTools } from './review-tools.ts';
import { RunAnnouncer } from './run-announcer.ts';
import { ViewPassageEvent } from './view-passage-event.ts';
import { askingStatus, decidedAllAnnouncement, decisionAnnouncement, undoneAnnouncement } from './wording.ts';
import { PageElement } from '../shell/page-element.ts';

/**
 * Judged passages for review, best first: a virtualised ARIA feed. While the user reads in it, by keyboard,
 * mouse or scrolling, the order is frozen; changes are offered, never forced.
 */
export class ReviewListElement extends PageElement {
  @property({ attribute: false }) session: TriageSession | null = null;
  /** The session's change counter; a new value re-renders the list. */
  @property({ type: Number }) revision = 0;

  @state() private filter: ReviewFilter = 'all';
  @state() private find = '';
  @state() private alike = new AlikePassages();
  @state() private announcement = '';
  @state() private openNote: number | null = null;
  #openChains = new Map<number, boolean>();
  readonly #focus = new ReviewFocus(this);
  readonly #hold = new ReviewHold(this);
  readonly #order = new FrozenOrder(this, this.#hold);
  readonly #announcer = new RunAnnouncer();
  readonly #marker = new PassageMarker();
  #run: JudgingRun | null = null;
  #numRuns = 0;
  #shown: readonly number[] = [];
  #numAlike: ShownPassages['numAlike'] = new Map();
  #wasAsking = false;
  #isMixed = false;

  protected override willUpdate(changed: Map<PropertyKey, unknown>): void {
    const run = this.session?.run ?? null;
    const isNew = changed.has('session') || run !== this.#run;
    if (isNew) {
      this.#run = run;
      this.#numRuns += 1;
      this.#openChains = new Map();
      this.#focus.forget();
      this.openNote = null;
      this.find = '';
      this.alike = new AlikePassages();
      this.#marker.forget();
      if (run) void this.#groupAlike(run);
    }
    if (!run || !this.session) return;
    this.#isMixed = isMixed(run.list);
    this.#order.follow({ ...run.list, runId: this.#numRuns });
    const isNarrowed = ['filter', 'find', 'alike'].some((name) => changed.has(name));
    if (isNew || isNarrowed || !this.#isBeingRead) this.#show();
    this.#announcer.follow(run);
  }

  /** Scrolls to the progress after asking, and then to the results. */
  protected override updated(): void {
    const isAsking = Boolean(this.session?.asking);
    if (isAsking !== this.#wasAsking)
      requestAnimationFrame(() => this.querySelector('.review')?.scrollIntoView({ block: 'start' }));
    this.#wasAsking = isAsking;
  }

  async #groupAlike(run: JudgingRun): Promise<void> {
    const alike = await AlikePassages.find(run.passages);
    if (this.#run === run && alike) this.alike = alike;
  }

  /** While it is, passages keep their position even if they are decided. */
  get #isBeingRead(): boolean {
    return this.#hold.row !== null || this.#order.isInMidst;
  }

  protected override render(): TemplateResult | typeof nothing {
    const { session } = this;
    if (session?.asking) return this.#renderAsking(session.asking.query);
    const run = session?.run;
    if (!session || !run) return nothing;
    const groups = filterPassages(session, this.#order.order, this.find);
    return html`<section class="review" aria-labelledby="review-heading">
      <h2 id="review-heading">${msg('Review')}</h2>
      <p class="review-question" dir="auto">${run.question.query}</p>
      ${renderReviewBar(session, run)}
      ${run.error ? html`<p class="problem" role="alert">${problemText(run.error)}</p>` : nothing}
      ${renderReviewTools({
        filter: this.filter,
        find: this.find,
        groups,
        lastStep: session.history.last,
        onFilter: (filter) => {
          this.#focus.leaveRow();
          this.filter = filter;
        },
        onFind: (find) => (this.find = find),
        onDecideAll: (decision) => this.#decideAll(groups[this.filter], decision),
        onUndo: () => this.#undo(),
      })}
      ${this.#renderOrderOffer()}
      ${this.#shown.length === 0 ? html`<p class="review-empty">${msg('There is nothing here.')}</p>` : nothing}
      <div
        class="feed"
        role="feed"
        tabindex="-1"
        aria-labelledby="review-heading"
        aria-busy=${run.busy}
        @keydown=${this.#onKey}
        @focusin=${this.#focus.onFocusIn}
        @focusout=${this.#onLeave}
        @pointerleave=${this.#onLeave}
      >
        ${virtualize({
          layout: { type: ListFlow },
          items: this.#shown as number[], // the virtualizer never changes them
          // Heights are cached per element, so a position that gets another passage must get a new row.
          keyFunction: (_index, place) => place,
          renderItem: (index, place) => html`${keyed(index, this.#renderRow(index, place))}`,
        })}
      </div>
      <p class="visually-hidden" role="status">${this.announcement}</p>
      <p class="visually-hidden run-news" role="status">${this.#announcer.text}</p>
    </section>`;
  }

  #renderAsking(query: string): TemplateResult {
    return html`<section class="review" aria-labelledby="review-heading">
      <h2 id="review-heading">${msg('Review')}</h2>
      <p class="review-question" dir="auto">${query}</p>
      <p class="review-status" role="status">${askingStatus()}</p>
    </section>`;
  }

  #renderOrderOffer(): TemplateResult | typeof nothing {
    if (!this.#order.isStale) return nothing;
    return html`<button type="button" class="order-offer" @click=${this.#onOrder}>
      ${msg('The order has changed meanwhile. Show it')}
    </button>`;
  }

  #renderRow(index: number, place: number): TemplateResult {
    const { session } = this;
    const item = session?.run?.list.items[index];
    const passage = session?.run?.passages[index];
    if (!session || !item || !passage) return html``;
    const atWork = item.state === 'reading' || item.state === 'thinking';
    return renderReviewRow({
      item,
      passage,
      marks: this.#marker.mark(session, passage, item.reasoning, this.find),
      numAlike: this.#numAlike.get(index) ?? 0,
      alikeOpen: this.alike.isOpen(index),
      decided: session.decisionOf(passage),
      place: place + 1,
      count: this.#shown.length,
      active: index === this.#focus.reachable(this.#shown),
      reading: index === this.#focus.reading,
      open: this.#openChains.get(index) ?? atWork,
      mixed: this.#isMixed,
      noteOpen: this.openNote === index,
      onDecide: this.#decide,
      onToggleChain: this.#toggleChain,
      onToggleNote: this.#toggleNote,
      onNote: this.#note,
      onToggleAlike: this.#toggleAlike,
      onView: this.#view,
    });
  }

  /** Keeps the same array while its contents are equal: the virtualizer measures every new array again. */
  #show(): void {
    if (!this.session) return;
    const found = filterPassages(this.session, this.#order.order, this.find)[this.filter];
    const { indexes, numAlike } = this.alike.fold(found);
    this.#numAlike = numAlike;
    const isSame =
      indexes.length === this.#shown.length && indexes.every((index, place) => index === this.#shown[place]);
    if (!isSame) this.#shown = indexes;
  }

  /** The button disappears with the offer. */
  readonly #onOrder = (): void => {
    this.#order.release();
    this.#show();
    this.#focus.moveToList();
  };

  /** When the user stops reading, decided passages move to where the filter puts them. */
  readonly #onLeave = (): void => this.requestUpdate();

  readonly #onKey = (event: KeyboardEvent): void => {
    const target = event.target as HTMLElement;
    const index = this.#focus.active;
    if (target instanceof HTMLInputElement) {
      const end = noteEnd(event);
      if (index === null || end === null) return;
      if (end === 'drop') target.value = this.#noteOf(index);
      return this.#focusRow(index);
    }
    const key = reviewKey(event);
    if (key?.type === 'move') this.#move(key.steps);
    else if (key?.type === 'undo') this.#undo();
    else if (key === null || index === null) return;
    else if (key.type === 'decide') this.#decide(index, key.decision, true);
    else if (key.type === 'note') this.#toggleNote(index);
    else if (key.type === 'chain') this.#toggleChain(index, !(this.#openChains.get(index) ?? false));
    else if (target.matches('.review-row')) this.#view(index);
    else return;
    event.preventDefault();
  };

  /** Deciding by keyboard moves to the next passage; repeating the decision takes it back. */
  readonly #decide = (index: number, decision: Decision, andMove = false): void => {
    const passage = this.session?.run?.passages[index];
    if (!passage || !this.session) return;
    const before = this.session.decisionOf(passage)?.decision;
    const next = before === decision ? null : decision;
    attempt(this, this.session.decide([passage], { decision: next }));
    const place = this.#shown.indexOf(index);
    this.announcement = decisionAnnouncement(next, place + 1, this.#shown.length);
    if (andMove && next !== null) this.#move(1);
    else this.requestUpdate();
  };

  readonly #decideAll = (indexes: readonly number[], decision: Decision | null): void => {
    const passages = indexes.flatMap((index) => this.session?.run?.passages[index] ?? []);
    attempt(this, this.session?.decide(passages, { decision }));
    this.announcement = decidedAllAnnouncement(decision, passages.length);
  };

  readonly #undo = (): void => {
    const undoing = this.session?.undo();
    attempt(this, undoing);
    void undoing?.then((step) => (this.announcement = undoneAnnouncement(step))).catch(() => undefined);
  };

  readonly #toggleAlike = (index: number): void => {
    this.alike = this.alike.toggled(index);
  };

  readonly #view = (index: number): void => {
    const { session } = this;
    const passage = session?.run?.passages[index];
    const item = session?.run?.list.items[index];
    if (!session || !passage || !item) return;
    const marks = this.#marker.mark(session, passage, item.reasoning, this.find);
    this.dispatchEvent(new ViewPassageEvent(passage, marks));
  };

  #noteOf(index: number): string {
    const passage = this.session?.run?.passages[index];
    return (passage && this.session?.decisionOf(passage)?.note) ?? '';
  }

  readonly #toggleChain = (index: number, open: boolean): void => {
    this.#openChains = new Map(this.#openChains).set(index, open);
    this.requestUpdate();
  };

  readonly #toggleNote = (index: number): void => {
    this.openNote = this.openNote === index ? null : index;
    void this.updateComplete.then(() =>
      this.#focus.rowOf(index)?.querySelector<HTMLElement>('.review-note')?.focus(),
    );
  };

  readonly #note = (index: number, note: string): void => {
    const passage = this.session?.run?.passages[index];
    if (passage) attempt(this, this.session?.decide([passage], { note }));
  };

  #move(steps: number): void {
    const index = this.#focus.after(steps, this.#shown);
    if (index !== undefined) this.#focusRow(index);
  }

  #focusRow(index: number): void {
    this.openNote = null;
    this.#focus.moveTo(index, this.#shown);
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'rank1-review-list': ReviewListElement;
  }
}
