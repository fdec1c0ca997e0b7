/** Every known model: licence, size, memory, what it can do, and whether this device can run it. */
import { msg, str } from '@lit/localize';
import { html, nothing, type TemplateResult } from 'lit';
import type { CatalogueEntry } from '../../protocol/model-store-api.ts';
import { formatBytes } from './byte-sizes.ts';
import { refusalText } from './wording.ts';

const SHOWN_SLOTS = ['1', '8', '32'] as const;

export function renderCatalogue(
  entries: readonly CatalogueEntry[],
  onConvert: (entry: CatalogueEntry) => void,
): TemplateResult {
  return html`<section aria-labelledby="catalogue-title">
    <h2 id="catalogue-title">${msg('Models that are known here')}</h2>
    <p class="hint">
      ${msg(
        'This page reads a checkpoint from Hugging Face piece by piece and converts it on this device; sizes are computed from the models’ true configurations.',
      )}
    </p>
    <ul class="cards">
      ${entries.map((entry) => renderEntry(entry, onConvert))}
    </ul>
  </section>`;
}

function renderEntry(entry: CatalogueEntry, onConvert: (entry: CatalogueEntry) => void): TemplateResult {
  const { versions, recommended, repository, checkpointBytes } = entry;
  // The others keep their own names.
  const label = repository === null ? msg('Model of this project') : entry.label;
  return html`<li class="card entry">
    <div class="card-head">
      <h3>${label}</h3>
      <span class="note">${entryNote(entry)}</span>
    </div>
    <p class="hint">
      ${entry.reasons ? msg('Reasons before it answers') : msg('Scores without reasoning')} ·
      ${licenceText(entry.licence)}
    </p>
    <details>
      <summary>${msg('All versions')}<span class="visually-hidden"> ${label}</span></summary>
      <div class="scroll" tabindex="0" role="region" aria-label=${msg(str`Versions of ${label}`)}>
        <table>
          <thead>
            <tr>
              <th scope="col">dtype</th>
              <th scope="col">${msg('weights')}</th>
              ${SHOWN_SLOTS.map((slots) => html`<th scope="col">${msg(str`memory, ${slots} at a time`)}</th>`)}
              <th scope="col">${msg('here')}</th>
            </tr>
          </thead>
          <tbody>
            ${versions.map(
              (version) =>
                html`<tr>
                  <th scope="row">${version.dtype}</th>
                  <td>${formatBytes(version.bytes)}</td>
                  ${SHOWN_SLOTS.map((slots) => html`<td>${formatBytes(version.memoryAtSlots[slots] ?? 0)}</td>`)}
                  <td class="reason">
                    ${
                      version.refusal
                        ? refusalText(version.refusal)
                        : version.dtype === recommended
                          ? msg('recommended')
                          : msg('runs')
                    }
                  </td>
                </tr>`,
            )}
          </tbody>
        </table>
      </div>
    </details>
    ${
      recommended && repository
        ? html`<div class="actions">
            <button class="quiet" type="button" @click=${() => onConvert(entry)}>
              ${msg(str`Fetch ${formatBytes(checkpointBytes)} and convert`)}<span class="visually-hidden">
                ${label}</span
              >
            </button>
          </div>`
        : nothing
    }
  </li>`;
}

function licenceText(licence: string): string {
  return /\bNC\b/i.test(licence) ? msg(str`${licence}: not for commercial use`) : licence;
}

/** What the recommended version needs, or why none runs here. */
function entryNote({ versions, recommended, refusal }: CatalogueEntry): string {
  const chosen = versions.find(({ dtype }) => dtype === recommended);
  if (!chosen) return refusal ? refusalText(refusal) : '';
  const memory = formatBytes(chosen.memoryAtSlots['8'] ?? 0);
  return [
    chosen.dtype,
    formatBytes(chosen.bytes),
    msg(str`${memory} of memory for 8 documents at a time`),
  ].join(' · ');
}
