import { virtualize } from '@lit-labs/virtualizer/virtualize.js';
import { msg, updateWhenLocaleChanges } from '@lit/localize';
import { LitElement, html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { property } from 'lit/decorators.js';
import { guard } from 'lit/directives/guard.js';
import { repeat } from 'lit/directives/repeat.js';
import {
  isFinished,
  isMixed,
  startRankedList,
  type RankedItem,
  type RankedList,
} from '../../client/ranked-list.ts';
import type { RerankDocument } from '../../protocol/rerank-api.ts';
import { interfaceLanguage } from '../localization/interface-language.ts';
import { themeStyles } from '../theme.styles.ts';
import { FrozenOrder } from './frozen-order.ts';
import { ListFlow } from './list-flow.ts';
import { judgementStyles } from './judgement.styles.ts';
import { PlaceKeeper } from './place-keeper.ts';
import { rankedResultsStyles } from './ranked-results.styles.ts';
import { ReadingHold } from './reading-hold.ts';
import { ReorderAnimation } from './reorder-animation.ts';
import { renderResultRow } from './result-row.ts';

/** Longer lists render only the rows near the screen. */
const MAX_RENDERED_ROWS = 200;

/**
 * The documents in their current order, each with its chain next to it. A chain is open while it streams and collapses
 * with its verdict, unless the user opened it or is reading it. A long list renders only the rows near the screen;
 * while the user is reading it, it offers a new order instead of applying it.
 *
 * @csspart list - the list
 * @csspart order-button - shows the new order of a long list
 */
export class RankedResultsElement extends LitElement {
  static override styles = [themeStyles, judgementStyles, rankedResultsStyles];

  @property({ attribute: false }) documents: readonly RerankDocument[] = [];
  @property({ attribute: false }) list: RankedList = startRankedList(0, 0);
  /** Opens all chains; individual ones can still be closed. */
  @property({ type: Boolean }) expanded = false;
  @property({ type: Boolean }) running = false;
  @property({ type: Boolean, reflect: true }) paused = false;
  /** Indexes of the documents that count; the rest are dimmed. */
  @property({ attribute: false }) selected: ReadonlySet<number> = new Set();
  /** Indexes of the documents that reach the threshold, whether or not they count. */
  @property({ attribute: false }) passing: ReadonlySet<number> = new Set();

  readonly #hold = new ReadingHold(this);
  readonly #frozen = new FrozenOrder(this, this.#hold);
  readonly #places = new PlaceKeeper(this, this.#hold);
  readonly #animation = new ReorderAnimation();
  /** Chains the user opened or closed in this run, by input index. */
  #choices = new Map<number, boolean>();
  /** Rows are measured, and their animation has not started. */
  #captured = false;
  /** whether only some verdicts come from reasoning */
  #isMixed = false;

  constructor() {
    super();
    updateWhenLocaleChanges(this);
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    const before = changed.get('list');
    if (before?.runId !== undefined && before.runId !== this.list.runId) this.#choices = new Map();
    if (changed.has('expanded')) this.#choices = new Map();
    if (changed.has('list')) this.#isMixed = isMixed(this.list);
    if (before) this.#keepOpenWhatIsRead(before);
    if (this.#isLong) {
      this.#frozen.follow(this.list);
      this.#places.keep(this.#list);
    } else if (this.hasUpdated && before) this.#capture(before);
  }

  protected override render(): TemplateResult {
    if (!this.#isLong)
      return html`<ol part="list" class="list">
        ${repeat(
          this.list.order,
          (index) => index,
          (index, place) => this.#renderRow(index, place),
        )}
      </ol>`;
    return html`
      ${this.#frozen.isStale ? this.#renderOrderButton() : nothing}
      <ol part="list" class="list long" tabindex="-1" @rangeChanged=${this.#onRangeChanged}>
        ${virtualize<number>({
          layout: { type: ListFlow },
          items: this.#frozen.order as number[],
          keyFunction: (index) => index,
          renderItem: (index) =>
            this.#renderRow(index, this.#frozen.places(this.list)[index] ?? 0) as TemplateResult,
        })}
      </ol>
    `;
  }

  protected override updated(): void {
    if (this.#captured) void this.#play();
  }

  get #isLong(): boolean {
    return this.list.items.length > MAX_RENDERED_ROWS;
  }

  get #rows(): HTMLElement[] {
    return [...this.renderRoot.querySelectorAll<HTMLElement>('.row')];
  }

  #renderOrderButton(): TemplateResult {
    const onClick = async (): Promise<void> => {
      this.#frozen.release();
      await this.updateComplete;
      this.#list?.focus({ preventScroll: true });
      this.scrollIntoView({ block: 'start' });
    };
    return html`<button
      part="order-button"
      class="order"
      type="button"
      @click=${onClick}
      lang=${interfaceLanguage()}
    >
      ${msg('Show the new order')}
    </button>`;
  }

  /** A row that leaves the screen is removed from the DOM; if it had focus, focus stays in the list. */
  readonly #onRangeChanged = (): void => {
    requestAnimationFrame(() => {
      if (this.#hold.hasLostFocusedRow) this.#list?.focus({ preventScroll: true });
    });
  };

  #capture(before: RankedList): void {
    if (this.#captured) return; // rows have not moved since they were measured
    const held = this.#hold.row;
    const rows = changesLayout(before, this.list) ? this.#rows : held ? [held] : [];
    this.#captured = rows.length > 0;
    if (this.#captured) this.#animation.capture(rows, held, this.shadowRoot as ShadowRoot);
  }

  /** Rows have their final height only once their chains have rendered, which is before the next frame. */
  async #play(): Promise<void> {
    await Promise.all(
      [...this.renderRoot.querySelectorAll('rank1-think-chain')].map((chain) => chain.updateComplete),
    );
    if (!this.#captured) return;
    this.#captured = false;
    this.#animation.play(this.#rows);
  }

  get #list(): HTMLElement | null {
    return this.renderRoot.querySelector<HTMLElement>('.list');
  }

  /** @param place in the current order, which in a long list may differ from the order shown */
  #renderRow(index: number, place: number): unknown {
    const item = this.list.items[index];
    const document = this.documents[index];
    if (!item || !document) return nothing;
    const open = this.#choices.get(index) ?? (this.expanded || isAtWork(item));
    const rank = item.verdict ? place + 1 : null;
    const { running, selected } = this;
    const outside = rank !== null && !selected.has(index);
    const divider = outside && this.#isFirstOutside(place) && !this.#frozen.isStale;
    const mixed = this.#isMixed;
    const setSize = this.#isLong ? this.list.items.length : null;
    const row = {
      item,
      document,
      rank,
      place,
      outside,
      passing: this.passing.has(index),
      divider,
      setSize,
      open,
      running,
      mixed,
      onToggle: this.#onToggle,
    };
    return guard([...Object.values(row), interfaceLanguage()], () => renderResultRow(row));
  }

  /** Whether exactly the documents before this place count. */
  #isFirstOutside(place: number): boolean {
    const { order } = this.list;
    const { selected } = this;
    return (
      place > 0 && place === selected.size && order.slice(0, place).every((index) => selected.has(index))
    );
  }

  readonly #onToggle = (index: number, open: boolean): void => {
    this.#choices.set(index, open);
    this.requestUpdate();
  };

  #keepOpenWhatIsRead(before: RankedList): void {
    const index = Number(this.#hold.row?.dataset['index'] ?? NaN);
    const [was, is] = [before.items[index], this.list.items[index]];
    const sameRun = before.runId === this.list.runId;
    if (sameRun && was && is && isAtWork(was) && isFinished(is) && !this.#choices.has(index))
      this.#choices.set(index, true);
  }
}

function isAtWork(item: RankedItem): boolean {
  return item.state === 'reading' || item.state === 'thinking';
}

/** Whether rows move or collapse: only then are they measured. */
function changesLayout(before: RankedList, after: RankedList): boolean {
  return (
    before.order !== after.order ||
    after.items.some((item, index) => {
      const was = before.items[index];
      return was !== undefined && isAtWork(was) !== isAtWork(item);
    })
  );
}

declare global {
  interface HTMLElementTagNameMap {
    'rank1-ranked-results': RankedResultsElement;
  }
}
