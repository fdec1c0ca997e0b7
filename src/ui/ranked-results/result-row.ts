/** One document of the list: its passage on one side, the model's judgement on the other. A pure template. */
import { msg } from '@lit/localize';
import { html, nothing, svg, type TemplateResult } from 'lit';
import type { RankedItem } from '../../client/ranked-list.ts';
import type { RerankDocument, Verdict } from '../../protocol/rerank-api.ts';
import { interfaceLanguage } from '../localization/interface-language.ts';
import { markPassage, splitStretches } from '../think-chain/quotes.ts';
import { renderStretches } from '../think-chain/stretches.ts';
import {
  badges,
  documentName,
  figures,
  passageNote,
  logitDifferenceText,
  scoreText,
  stateNote,
  verdictLabel,
} from '../wording.ts';

export interface ResultRow {
  readonly item: RankedItem;
  readonly document: RerankDocument;
  /** 1 is best; null without a verdict */
  readonly rank: number | null;
  /** in the ranking, zero-based */
  readonly place: number;
  /** judged, but below the threshold or beyond the number wanted */
  readonly outside: boolean;
  /** reaches the threshold */
  readonly passing: boolean;
  /** the first row that is `outside` */
  readonly divider: boolean;
  /** total number of rows if not all are rendered; else null */
  readonly setSize: number | null;
  readonly open: boolean;
  /** a run is in progress, so a queued document is waiting for its turn */
  readonly running: boolean;
  /** only some verdicts of the list come from reasoning, so each row says whether its own does */
  readonly mixed: boolean;
  readonly onToggle: (index: number, open: boolean) => void;
}

export function renderResultRow(row: ResultRow): TemplateResult {
  const { item, document, rank, open, outside, passing, divider, setSize, place } = row;
  const { state, verdict, index } = item;
  const name = documentName(document, index);
  const read = readText(document, item);
  const judged = document.title ? `${document.title} ${read}` : read;
  const [title, text] = splitStretches(
    markPassage(judged, item.reasoning),
    document.title ? document.title.length + 1 : 0,
  );
  const passage = document.text === '' ? html`<em>${msg('Empty document')}</em>` : renderStretches(text);
  const note = passageNote(item);
  return html`
    <li
      part="result ${state}${outside ? ' outside' : ''}"
      class=${divider ? 'row first-outside' : 'row'}
      data-index=${index}
      data-state=${state}
      data-label=${verdict?.label ?? nothing}
      data-counts=${verdict ? String(!outside) : nothing}
      data-divider=${divider ? dividerText(passing) : nothing}
      aria-setsize=${setSize ?? nothing}
      aria-posinset=${setSize === null ? nothing : place + 1}
    >
      <div part="rank" class="rank">
        ${
          rank === null
            ? html`<span class="dot"></span>`
            : html`<span class="visually-hidden">${msg('Rank')} </span>${rank}`
        }
      </div>
      <div class="passage">
        <p part="title" class="title" dir="auto">${document.title ? renderStretches(title) : name}</p>
        ${note ? html`<p part="passage-note" class="passage-note" lang=${interfaceLanguage()}>${note}</p>` : nothing}
        <p part="passage" class=${open ? 'text' : 'text clamped'} dir="auto">${passage}</p>
      </div>
      ${renderJudgement(row, judged, name)}
    </li>
  `;
}

function dividerText(passing: boolean): string {
  return passing ? msg('Beyond the number wanted') : msg('Below the threshold');
}

/** The judged text: the document, or its best passage with ellipses where text is left out. */
function readText({ text }: RerankDocument, { passage }: RankedItem): string {
  if (!passage) return text;
  const { start, end } = passage;
  return `${start > 0 ? '… ' : ''}${text.slice(start, end)}${end < text.length ? ' …' : ''}`;
}

function renderJudgement(row: ResultRow, judged: string, name: string): TemplateResult | typeof nothing {
  const { item, open, running, onToggle } = row;
  const { state, verdict, reasoning, index } = item;
  const streaming = state === 'reading' || state === 'thinking';
  const note = stateNote(item, running);
  if (!verdict && !note && !streaming) return nothing;
  const facts = figures(item);
  const chain = html`<rank1-think-chain
    exportparts="toggle, chain, quote, token-count"
    .reasoning=${reasoning}
    .passage=${judged}
    .subject=${name}
    .numTokens=${item.numNewTokens}
    ?streaming=${streaming}
    ?open=${open}
    @rank1-chain-toggle=${(event: CustomEvent<{ open: boolean }>) => onToggle(index, event.detail.open)}
    >${facts.length > 0 ? html`<p part="figures" class="figures">${facts.join(' · ')}</p>` : nothing}</rank1-think-chain
  >`;
  return html`<div part="judgement" class="judgement" lang=${interfaceLanguage()}>
    ${verdict ? renderVerdict(verdict) : nothing} ${renderBadges(row)}
    ${note ? html`<p part="note" class="note">${state === 'failed' ? alert : nothing}${note}</p>` : nothing}
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
      ><span class="visually-hidden">${msg('score')} </span>${scoreText(verdict)}</span
    >
    <span part="logit" class="logit" title=${msg('logit difference')}
      ><span class="visually-hidden">${msg('logit difference')} </span>${logitDifferenceText(verdict)}</span
    >
  </div>`;
}

function renderBadges({ item, mixed }: ResultRow): TemplateResult | typeof nothing {
  const all = badges(item, mixed);
  if (all.length === 0) return nothing;
  return html`<p class="badges">
    ${all.map((text) => html`<span part="badge" class="badge">${text}</span> `)}
  </p>`;
}

const check = icon('M3.5 8.5 6.5 11.5 12.5 4.5');
const cross = icon('M4.5 4.5 11.5 11.5 M11.5 4.5 4.5 11.5');
const alert = icon('M8 2.5v6.5 M8 12.75v.5');

function icon(path: string): TemplateResult {
  return html`<svg class="icon" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
    ${svg`<path d=${path} fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round" />`}
  </svg>`;
}
