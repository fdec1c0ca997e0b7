/** One document of the list: passage on one side, what the model makes of it on the other. A pure template. */
import { html, nothing, svg, type TemplateResult } from 'lit';
import type { DocumentState, RankedItem } from '../../client/ranked-list.ts';
import type { RerankDocument, Verdict } from '../../protocol/rerank-api.ts';
import { markPassage, splitStretches } from '../think-chain/quotes.ts';
import { renderStretches } from '../think-chain/stretches.ts';
import { countOf, documentName, formatLogitDifference, formatScore, verdictLabel } from '../wording.ts';

export interface ResultRow {
  readonly item: RankedItem;
  readonly document: RerankDocument;
  /** 1 is best; null without a verdict */
  readonly rank: number | null;
  readonly open: boolean;
  /** a run is in progress, so that an untouched document is waiting for its turn */
  readonly running: boolean;
  readonly onToggle: (index: number, open: boolean) => void;
}

const STATE_NOTES: Partial<Record<DocumentState, string>> = {
  failed: 'Too long for this model to judge',
  stopped: 'Stopped before a verdict',
};

export function renderResultRow(row: ResultRow): TemplateResult {
  const { item, document, rank, open } = row;
  const { state, verdict, index } = item;
  const name = documentName(document, index);
  const judged = document.title ? `${document.title} ${document.text}` : document.text;
  const [title, text] = splitStretches(
    markPassage(judged, item.reasoning),
    document.title ? document.title.length + 1 : 0,
  );
  const passage = document.text === '' ? html`<em>Empty document</em>` : renderStretches(text);
  return html`
    <li
      part="result ${state}"
      class="row"
      data-index=${index}
      data-state=${state}
      data-label=${verdict?.label ?? nothing}
    >
      <div part="rank" class="rank">
        ${rank === null ? html`<span class="dot"></span>` : html`<span class="visually-hidden">Rank </span>${rank}`}
      </div>
      <div class="passage">
        <p part="title" class="title" dir="auto">${document.title ? renderStretches(title) : name}</p>
        <p part="passage" class=${open ? 'text' : 'text clamped'} dir="auto">${passage}</p>
      </div>
      ${renderJudgement(row, judged, name)}
    </li>
  `;
}

function renderJudgement(row: ResultRow, judged: string, name: string): TemplateResult | typeof nothing {
  const { item, open, running, onToggle } = row;
  const { state, verdict, reasoning, index } = item;
  const streaming = state === 'reading' || state === 'thinking';
  const note = state === 'queued' && running ? 'Waiting' : STATE_NOTES[state];
  if (!verdict && !note && !streaming) return nothing;
  const chain = html`<rank1-think-chain
    exportparts="toggle, chain, quote"
    .reasoning=${reasoning}
    .passage=${judged}
    .subject=${name}
    .numTokens=${item.numNewTokens}
    ?streaming=${streaming}
    ?open=${open}
    @rank1-chain-toggle=${(event: CustomEvent<{ open: boolean }>) => onToggle(index, event.detail.open)}
    >${renderFigures(item)}</rank1-think-chain
  >`;
  return html`<div part="judgement" class="judgement">
    ${verdict ? renderVerdict(verdict) : nothing}
    ${note ? html`<p part="note" class="note">${note}</p>` : nothing}
    ${streaming || reasoning !== '' ? chain : nothing}
  </div>`;
}

function renderVerdict(verdict: Verdict): TemplateResult {
  return html`<div part="verdict" class="verdict">
    ${verdict.label === 'true' ? check : cross}
    <span class="verdict-label">${verdictLabel(verdict)}</span>
    <span part="score-bar" class="bar" aria-hidden="true"
      ><span class="fill" .style=${`inline-size: ${100 * verdict.score}%`}></span
    ></span>
    <span part="score" class="score"
      ><span class="visually-hidden">score </span>${formatScore(verdict.score)}</span
    >
  </div>`;
}

function renderFigures({
  verdict,
  finishReason,
  truncated,
  numPromptTokens,
}: RankedItem): TemplateResult | typeof nothing {
  if (!verdict) return nothing;
  const figures = [`Logit difference ${formatLogitDifference(verdict.logitDifference)}`];
  if (numPromptTokens > 0) figures.push(`${countOf(numPromptTokens, 'token')} read`);
  if (finishReason === 'loop') figures.push('asked to decide because it was repeating itself');
  else if (verdict.forced) figures.push('asked to decide before it had finished');
  if (truncated) figures.push('passage shortened to fit');
  return html`<p part="figures" class="figures">${figures.join(' · ')}</p>`;
}

const check = icon('M3.5 8.5 6.5 11.5 12.5 4.5');
const cross = icon('M4.5 4.5 11.5 11.5 M11.5 4.5 4.5 11.5');

function icon(path: string): TemplateResult {
  return html`<svg class="icon" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
    ${svg`<path d=${path} fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round" />`}
  </svg>`;
}
