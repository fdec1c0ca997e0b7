import { LitElement, html, type PropertyValues, type TemplateResult } from 'lit';
import { property } from 'lit/decorators.js';
import { guard } from 'lit/directives/guard.js';
import { repeat } from 'lit/directives/repeat.js';
import { isFinished, startRankedList, type RankedItem, type RankedList } from '../../client/ranked-list.ts';
import type { RerankDocument } from '../../protocol/rerank-api.ts';
import { themeStyles } from '../theme.styles.ts';
import { rankedResultsStyles } from './ranked-results.styles.ts';
import { ReadingHold } from './reading-hold.ts';
import { ReorderAnimation } from './reorder-animation.ts';
import { renderResultRow } from './result-row.ts';

/**
 * The documents in their present order, each with its chain beside it. A chain is open while it streams and folds
 * itself away with its verdict, except where the person opened it or is reading it at that moment.
 *
 * @csspart list, result, rank, title, passage, judgement, verdict, score, score-bar, note, figures
 */
export class RankedResultsElement extends LitElement {
  static override styles = [themeStyles, rankedResultsStyles];

  @property({ attribute: false }) documents: readonly RerankDocument[] = [];
  @property({ attribute: false }) list: RankedList = startRankedList(0, 0);
  /** Opens every chain there is; single ones can still be closed. */
  @property({ type: Boolean }) expanded = false;
  @property({ type: Boolean }) running = false;

  readonly #hold = new ReadingHold(this);
  readonly #animation = new ReorderAnimation();
  /** The person's own choices in this run, by input index. */
  #choices = new Map<number, boolean>();
  /** Rows were measured and have not been set in motion yet. */
  #captured = false;

  protected override willUpdate(changed: PropertyValues<this>): void {
    const before = changed.get('list');
    if (before?.runId !== undefined && before.runId !== this.list.runId) this.#choices = new Map();
    if (changed.has('expanded')) this.#choices = new Map();
    if (before) this.#keepOpenWhatIsRead(before);
    if (this.hasUpdated && before) this.#capture(before);
  }

  protected override render(): TemplateResult {
    return html`<ol part="list" class="list">
      ${repeat(
        this.list.order,
        (index) => index,
        (index, place) => this.#renderRow(index, place),
      )}
    </ol>`;
  }

  protected override updated(): void {
    if (this.#captured) void this.#play();
  }

  get #rows(): HTMLElement[] {
    return [...this.renderRoot.querySelectorAll<HTMLElement>('.row')];
  }

  #capture(before: RankedList): void {
    if (this.#captured) return; // what was measured earlier is still what is on the screen
    const held = this.#hold.row;
    const rows = changesLayout(before, this.list) ? this.#rows : held ? [held] : [];
    this.#captured = rows.length > 0;
    if (this.#captured) this.#animation.capture(rows, held, this.shadowRoot as ShadowRoot);
  }

  /** The chains render after their list; only then are the rows as tall as they will be. All of it before the next frame. */
  async #play(): Promise<void> {
    await Promise.all(
      [...this.renderRoot.querySelectorAll('rank1-think-chain')].map((chain) => chain.updateComplete),
    );
    if (!this.#captured) return;
    this.#captured = false;
    this.#animation.play(this.#rows);
  }

  #renderRow(index: number, place: number): unknown {
    const item = this.list.items[index];
    const document = this.documents[index];
    if (!item || !document) return null;
    const open = this.#choices.get(index) ?? (this.expanded || isAtWork(item));
    const rank = item.verdict ? place + 1 : null;
    const running = this.running;
    const row = { item, document, rank, open, running, onToggle: this.#onToggle };
    return guard([item, document, rank, open, running], () => renderResultRow(row));
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

/** Whether rows change place or fold: only then is it worth measuring them. */
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
