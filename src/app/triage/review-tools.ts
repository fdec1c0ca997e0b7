/** Above the list: filters, search, one decision for all shown passages, and undo. */
import { msg, str } from '@lit/localize';
import { html, nothing, type TemplateResult } from 'lit';
import type { Decision } from '../session/session-types.ts';
import type { UndoStep } from '../session/undo-history.ts';
import { numberOf } from '../shell/number-text.ts';
import { REVIEW_FILTERS, type FilteredPassages, type ReviewFilter } from './review-filter.ts';
import { decisionLabel, filterLabel, undoLabel } from './wording.ts';

export interface ReviewTools {
  readonly filter: ReviewFilter;
  readonly find: string;
  readonly groups: FilteredPassages;
  readonly lastStep: UndoStep | null;
  readonly onFilter: (filter: ReviewFilter) => void;
  readonly onFind: (find: string) => void;
  readonly onDecideAll: (decision: Decision | null) => void;
  readonly onUndo: () => void;
}

const DECISIONS: readonly (Decision | null)[] = ['keep', 'drop', 'unsure', null];

export function renderReviewTools(tools: ReviewTools): TemplateResult {
  const { filter, find, groups, lastStep, onFilter, onFind, onUndo } = tools;
  return html`<div class="review-bar review-tools">
      <div role="group" aria-label=${msg('Show')} class="filters">
        ${REVIEW_FILTERS.map(
          (choice) =>
            html`<button
              type="button"
              class="chip"
              aria-pressed=${choice === filter}
              @click=${() => onFilter(choice)}
            >
              ${filterLabel(choice, groups[choice].length)}
            </button>`,
        )}
      </div>
      <input
        class="find"
        type="search"
        aria-label=${msg('Find in these passages')}
        placeholder=${msg('Find in these passages')}
        .value=${find}
        @input=${(event: Event) => onFind((event.target as HTMLInputElement).value)}
      />
      ${renderBulk(tools)}
      <button type="button" class="quiet undo" ?disabled=${!lastStep} @click=${onUndo}>
        ${lastStep ? undoLabel(lastStep) : msg('Undo')}
      </button>
    </div>
    <p class="shortcuts">
      <kbd>↑</kbd> <kbd>↓</kbd> ${msg('move')} · <kbd>K</kbd> ${msg('keep')} · <kbd>D</kbd> ${msg('drop')} ·
      <kbd>U</kbd> ${msg('unsure')} · <kbd>Z</kbd> ${msg('undo')} · <kbd>N</kbd> ${msg('note')} ·
      <kbd>R</kbd> ${msg('reasoning')} · <kbd>Enter</kbd> ${msg('in its place')}
    </p>`;
}

function renderBulk({ filter, groups, onDecideAll }: ReviewTools): TemplateResult | typeof nothing {
  const count = groups[filter].length;
  if (count < 2) return nothing;
  const decide = (event: Event, decision: Decision | null): void => {
    (event.target as HTMLElement).closest('details')?.removeAttribute('open');
    onDecideAll(decision);
  };
  return html`<details class="bulk">
    <summary class="button">${msg(str`Decide all ${numberOf(count)}`)}</summary>
    <div class="bulk-choices">
      ${DECISIONS.map(
        (decision) =>
          html`<button type="button" class="quiet" @click=${(event: Event) => decide(event, decision)}>
            ${decision ? decisionLabel(decision) : msg('No decision')}
          </button>`,
      )}
    </div>
  </details>`;
}
