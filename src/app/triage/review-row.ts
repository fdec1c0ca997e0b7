/** One passage under review: source, text, the model's verdict, and the user's decision. */
import { msg, str } from '@lit/localize';
import { html, nothing, type TemplateResult } from 'lit';
import type { RankedItem } from '../../client/ranked-list.ts';
import { formatScore, stateNote, verdictLabel } from '../../ui/wording.ts';
import type { Passage, Source } from '../session/passage-table.ts';
import type { Decision, DecisionRecord } from '../session/session-types.ts';
import { renderMarked, snippetOf, type PassageMarks } from './marked-text.ts';
import { alikeLabel, decisionLabel, sourcePlace } from './wording.ts';

export interface ReviewRow {
  readonly item: RankedItem;
  readonly passage: Passage;
  readonly marks: PassageMarks;
  readonly decided: DecisionRecord | undefined;
  /** number of near-duplicates, and whether they are shown */
  readonly numAlike: number;
  readonly alikeOpen: boolean;
  /** position in the shown list, from 1, and its length */
  readonly place: number;
  readonly count: number;
  /** has keyboard focus */
  readonly active: boolean;
  /** focused by the user: the full text is shown */
  readonly reading: boolean;
  readonly open: boolean;
  /** only some verdicts of the list come from reasoning, so each row says whether its own does */
  readonly mixed: boolean;
  readonly noteOpen: boolean;
  readonly onDecide: (index: number, decision: Decision) => void;
  readonly onToggleChain: (index: number, open: boolean) => void;
  readonly onToggleNote: (index: number) => void;
  readonly onNote: (index: number, note: string) => void;
  readonly onToggleAlike: (index: number) => void;
  readonly onView: (index: number) => void;
}

const DECISIONS: readonly (readonly [Decision, string])[] = [
  ['keep', 'K'],
  ['drop', 'D'],
  ['unsure', 'U'],
];

export function renderReviewRow(row: ReviewRow): TemplateResult {
  const { item, passage, decided, place, count, active } = row;
  const { index, verdict, state } = item;
  const [source, ...others] = passage.sources;
  return html`<article
    class="review-row"
    tabindex=${active ? 0 : -1}
    data-index=${index}
    data-reading=${row.reading}
    data-state=${state}
    data-label=${verdict?.label ?? nothing}
    data-decision=${decided?.decision ?? nothing}
    aria-posinset=${place}
    aria-setsize=${count}
    aria-labelledby=${`source-${index}`}
    aria-describedby=${`verdict-${index}`}
  >
    <div class="review-text">
      <h3 id=${`source-${index}`} class="review-source" dir="auto">
        ${source ? renderSource(source) : nothing}
      </h3>
      <p class="review-passage" dir="auto">${renderText(row)}</p>
      ${others.length > 0 ? renderOthers(others) : nothing} ${renderAlike(row)}
    </div>
    <div class="review-judgement">${renderVerdict(row)} ${renderChain(row)}</div>
    ${renderDecision(row)}
  </article>`;
}

/** Line breaks are rendered as they are, so the template must add no white space around the text. */
function renderText({ passage, marks, reading }: ReviewRow): (TemplateResult | string)[] {
  return renderMarked(passage.text, marks, reading ? undefined : snippetOf(passage.text, marks));
}

function renderSource(source: Source): TemplateResult {
  return html`<bdi>${source.path}</bdi> <span class="review-place">${sourcePlace(source)}</span>`;
}

function renderOthers(others: readonly Source[]): TemplateResult {
  return html`<details class="review-others">
    <summary>
      ${others.length === 1 ? msg('The same text stands in 1 other place') : msg(str`The same text stands in ${others.length} other places`)}
    </summary>
    <ul>
      ${others.slice(0, 100).map((source) => html`<li dir="auto">${renderSource(source)}</li>`)}
    </ul>
  </details>`;
}

function renderAlike({
  item,
  numAlike,
  alikeOpen,
  onToggleAlike,
}: ReviewRow): TemplateResult | typeof nothing {
  if (numAlike === 0) return nothing;
  return html`<button
    type="button"
    class="alike"
    aria-expanded=${alikeOpen}
    @click=${() => onToggleAlike(item.index)}
  >
    ${alikeLabel(numAlike, alikeOpen)}
  </button>`;
}

function renderVerdict({ item, mixed }: ReviewRow): TemplateResult {
  const { verdict, state, index } = item;
  const waiting: Partial<Record<typeof state, string>> = {
    queued: msg('Waiting'),
    reading: msg('Being read'),
    thinking: msg('Being judged'),
    stopped: msg('Not judged yet'),
  };
  const text = verdict
    ? html`<strong>${verdictLabel(verdict)}</strong>
        <span class="bar" aria-hidden="true"
          ><span class="fill" .style=${`inline-size: ${100 * verdict.score}%`}></span
        ></span>
        <span class="score"
          ><span class="visually-hidden">${msg('score')} </span>${formatScore(verdict.score)}</span
        >`
    : html`<span>${waiting[state] ?? stateNote(item, true) ?? ''}</span>`;
  const notes = [
    ...(mixed && item.verdict?.instant ? [msg('without reasoning')] : []),
    ...(item.verdict?.forced ? [msg('asked to decide before it had finished')] : []),
    ...(item.truncated ? [msg('shortened to fit the model')] : []),
  ];
  return html`<p id=${`verdict-${index}`} class="review-verdict">${text}</p>
    ${notes.length > 0 ? html`<p class="review-note-line">${notes.join(' · ')}</p>` : nothing}`;
}

function renderChain({ item, passage, open, onToggleChain }: ReviewRow): TemplateResult | typeof nothing {
  const streaming = item.state === 'reading' || item.state === 'thinking';
  if (item.reasoning === '' && !streaming) return nothing;
  return html`<rank1-think-chain
    .reasoning=${item.reasoning}
    .passage=${passage.text}
    .subject=${passage.sources[0]?.path ?? ''}
    .numTokens=${item.numNewTokens}
    ?streaming=${streaming}
    ?open=${open}
    @rank1-chain-toggle=${(event: CustomEvent<{ open: boolean }>) => onToggleChain(item.index, event.detail.open)}
  ></rank1-think-chain>`;
}

function renderDecision({
  item,
  decided,
  noteOpen,
  onDecide,
  onToggleNote,
  onNote,
  onView,
}: ReviewRow): TemplateResult {
  const { index } = item;
  const note = decided?.note ?? '';
  return html`<div class="review-decision">
    <div role="group" aria-label=${msg('Your decision')} class="decision-buttons">
      ${DECISIONS.map(
        ([decision, key]) =>
          html`<button
            type="button"
            class="decision"
            data-decision=${decision}
            aria-pressed=${decided?.decision === decision}
            @click=${() => onDecide(index, decision)}
          >
            ${decisionLabel(decision)}<kbd aria-hidden="true">${key}</kbd>
          </button>`,
      )}
      <button
        type="button"
        class="decision"
        aria-expanded=${noteOpen || note !== ''}
        @click=${() => onToggleNote(index)}
      >
        ${msg('Note')}<kbd aria-hidden="true">N</kbd>
      </button>
      <button type="button" class="decision view" aria-haspopup="dialog" @click=${() => onView(index)}>
        ${msg('In its place')}<kbd aria-hidden="true">↵</kbd>
      </button>
    </div>
    ${
      noteOpen || note !== ''
        ? html`<input
            class="review-note"
            type="text"
            aria-label=${msg('Note on this passage')}
            placeholder=${msg('Note on this passage')}
            .value=${note}
            @change=${(event: Event) => onNote(index, (event.target as HTMLInputElement).value)}
          />`
        : nothing
    }
  </div>`;
}
