/** Every rank1 model: how large, how much memory, and what this device can do with it. */
import { html, nothing, type TemplateResult } from 'lit';
import type { CatalogueEntry } from '../../protocol/model-store-api.ts';
import { formatBytes } from './byte-sizes.ts';

export function renderCatalogue(
  entries: readonly CatalogueEntry[],
  onConvert: (entry: CatalogueEntry) => void,
): TemplateResult {
  return html`<section aria-labelledby="catalogue-title">
    <h2 id="catalogue-title">rank1 models</h2>
    <p class="hint">
      No browser build of rank1 is published. This page reads a checkpoint from Hugging Face piece by piece
      and converts it on this device; sizes are computed from the models’ true configurations.
    </p>
    <ul class="cards">
      ${entries.map((entry) => renderEntry(entry, onConvert))}
    </ul>
  </section>`;
}

function renderEntry(entry: CatalogueEntry, onConvert: (entry: CatalogueEntry) => void): TemplateResult {
  const { label, repository, versions, recommended, refusal, checkpointBytes } = entry;
  const chosen = versions.find(({ dtype }) => dtype === recommended);
  return html`<li class="card entry">
    <div class="card-head">
      <h3>${label}</h3>
      <span class="note">
        ${chosen ? `${chosen.dtype} · ${formatBytes(chosen.bytes)} · ${formatBytes(chosen.memoryAtSlots['8'] ?? 0)} of memory for 8 documents at a time` : refusal}
      </span>
    </div>
    <details>
      <summary>All versions<span class="visually-hidden"> of ${label}</span></summary>
      <div class="scroll" tabindex="0" role="region" aria-label="Versions of ${label}">
        <table>
          <thead>
            <tr>
              <th scope="col">dtype</th>
              <th scope="col">weights</th>
              ${['1', '8', '32'].map((slots) => html`<th scope="col">memory, ${slots} at a time</th>`)}
              <th scope="col">here</th>
            </tr>
          </thead>
          <tbody>
            ${versions.map(
              (version) =>
                html`<tr>
                  <th scope="row">${version.dtype}</th>
                  <td>${formatBytes(version.bytes)}</td>
                  ${['1', '8', '32'].map((slots) => html`<td>${formatBytes(version.memoryAtSlots[slots] ?? 0)}</td>`)}
                  <td class="reason">
                    ${version.refusal ?? (version.dtype === recommended ? 'recommended' : 'runs')}
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
              Fetch ${formatBytes(checkpointBytes)} and convert<span class="visually-hidden"> ${label}</span>
            </button>
          </div>`
        : nothing
    }
  </li>`;
}
