/** The table of a comparison, with a summary. */
import { msg, str } from '@lit/localize';
import { html, nothing, type TemplateResult } from 'lit';
import type { ComparedDocument, Comparison } from './comparison.ts';

export function renderComparison(comparison: Comparison, onSave: () => void): TemplateResult {
  const { labels, documents, correlations, gains } = comparison;
  const numDifferent = documents.filter(({ differs }) => differs).length;
  return html`<section class="comparison">
    <h2>${msg('Comparison')}</h2>
    <p role="status">
      ${numDifferent === 1 ? msg('1 document is judged differently.') : msg(str`${numDifferent} documents are judged differently.`)}
    </p>
    <div class="scroll" tabindex="0" role="region" aria-label=${msg('Comparison')}>
      <table>
        <thead>
          <tr>
            <th scope="col">${msg('Document')}</th>
            ${labels.map((label) => html`<th scope="col">${label}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${documents.map(renderDocument)}
        </tbody>
        <tfoot>
          <tr>
            <th scope="row">${msg('Rank correlation (Kendall’s tau)')}</th>
            ${correlations.map((tau) => html`<td>${tau === null ? '–' : tau.toFixed(2)}</td>`)}
          </tr>
          ${
            gains
              ? html`<tr>
                  <th scope="row">nDCG@10</th>
                  ${gains.map((gain) => html`<td>${gain === null ? '–' : gain.toFixed(3)}</td>`)}
                </tr>`
              : nothing
          }
        </tfoot>
      </table>
    </div>
    <button class="quiet" type="button" @click=${onSave}>${msg('Save as CSV')}</button>
  </section>`;
}

function renderDocument({ title, places, differs }: ComparedDocument): TemplateResult {
  return html`<tr class=${differs ? 'differs' : ''}>
    <th scope="row">${title}${differs ? html` <span class="mark">${msg('differs')}</span>` : nothing}</th>
    ${places.map((place) => {
      if (!place?.verdict) return html`<td>–</td>`;
      const { rank, verdict, reasoning } = place;
      const figures = `${rank} · ${verdict.score.toFixed(3)}`;
      return html`<td>
        ${
          reasoning === ''
            ? figures
            : html`<details>
                <summary>${figures}</summary>
                <p class="chain">${reasoning}</p>
              </details>`
        }
      </td>`;
    })}
  </tr>`;
}
