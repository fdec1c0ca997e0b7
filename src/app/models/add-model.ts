/** Ways to bring a model here: an address, a Hugging Face id, a folder or archive that is picked or dropped. */
import { html, nothing, type TemplateResult } from 'lit';
import type { ModelOffer } from '../../protocol/model-store-api.ts';
import { formatBytes } from './byte-sizes.ts';
import { kindOf, type PickedFiles } from './picked-folder.ts';

export interface AddModelState {
  readonly offer: ModelOffer | null;
  readonly picked: PickedFiles | null;
  readonly busy: boolean;
  readonly error: string | null;
  readonly dragging: boolean;
}

export interface AddModelActions {
  look(address: string, revision: string): void;
  download(offer: ModelOffer, dtype: string, storage: 'disk' | 'memory'): void;
  pick(files: readonly File[]): void;
  keep(files: PickedFiles): void;
  convert(files: PickedFiles): void;
}

/** A folder's address from what a person writes: a URL as it is, a Hugging Face id as its files' address. */
export function folderAddress(written: string, revision: string): string {
  const text = written.trim();
  if (/^https?:\/\//.test(text)) return text;
  if (/^[\w.-]+\/[\w.-]+$/.test(text)) {
    return `https://huggingface.co/${text}/resolve/${encodeURIComponent(revision.trim() || 'main')}/`;
  }
  throw new RangeError(
    'Write an address that starts with https://, or a Hugging Face id such as name/model.',
  );
}

export function renderAddModel(state: AddModelState, actions: AddModelActions): TemplateResult {
  const onSubmit = (event: SubmitEvent): void => {
    event.preventDefault();
    const data = new FormData(event.target as HTMLFormElement);
    actions.look(String(data.get('address')), String(data.get('revision')));
  };
  const onPick = (event: Event): void => {
    const input = event.target as HTMLInputElement;
    actions.pick([...(input.files ?? [])]);
    input.value = '';
  };
  return html`<section aria-labelledby="add-title">
    <h2 id="add-title">Add a model</h2>
    <div class="add">
      <form @submit=${onSubmit} autocomplete="off">
        <div class="field">
          <label for="address">Address or Hugging Face id</label>
          <input
            id="address"
            name="address"
            type="text"
            required
            spellcheck="false"
            placeholder="https://…/my-model/"
            aria-describedby="address-hint"
          />
          <p id="address-hint" class="hint">
            A folder with a rank1.json, as <code>rank1-rerank convert</code> writes it. Only sizes are fetched
            at first.
          </p>
        </div>
        <div class="field">
          <label for="revision">Revision <span class="optional">optional</span></label>
          <input id="revision" name="revision" type="text" spellcheck="false" placeholder="main" />
        </div>
        <button class="quiet" type="submit" ?disabled=${state.busy}>Look up</button>
      </form>
      <div class="drop" ?data-over=${state.dragging}>
        <p>
          <strong>Drop a folder or a ZIP here</strong>
          <span class="note">A converted model, or a checkpoint of safetensors to convert.</span>
        </p>
        <label class="file-button"
          >Choose a folder<input type="file" webkitdirectory multiple @change=${onPick}
        /></label>
        <label class="file-button">Choose a ZIP<input type="file" accept=".zip" @change=${onPick} /></label>
      </div>
    </div>
    ${state.error ? html`<p class="refused" role="alert">${state.error}</p>` : nothing}
    ${state.offer ? renderOffer(state.offer, actions) : nothing}
    ${state.picked ? renderPicked(state.picked, actions) : nothing}
  </section>`;
}

function renderOffer(offer: ModelOffer, actions: AddModelActions): TemplateResult {
  return html`<div class="card" role="group" aria-label="Versions of ${offer.name}">
    <div class="card-head">
      <h3>${offer.name}</h3>
      <span class="note">${offer.url}</span>
    </div>
    <div class="actions">
      ${offer.versions.map(({ dtype, bytes, missingBytes }) => {
        const size =
          missingBytes < bytes
            ? `${formatBytes(missingBytes)} of ${formatBytes(bytes)} missing`
            : formatBytes(bytes);
        const label = missingBytes === 0 ? `${dtype} is here` : `Download ${dtype} · ${size}`;
        return html`<button
          class=${dtype === offer.recommended ? 'quiet leading' : 'quiet'}
          type="button"
          ?disabled=${missingBytes === 0}
          @click=${() => actions.download(offer, dtype, 'disk')}
        >
          ${label}${dtype === offer.recommended ? ' · recommended' : ''}
        </button>`;
      })}
    </div>
    <p class="hint">
      Kept in this browser’s storage. Without storage,
      <button class="link" type="button" @click=${() => actions.download(offer, offer.recommended, 'memory')}>
        keep ${offer.recommended} in memory
      </button>
      until the page is closed.
    </p>
  </div>`;
}

function renderPicked(files: PickedFiles, actions: AddModelActions): TemplateResult {
  const kind = kindOf(files);
  const bytes = Object.values(files).reduce((sum, file) => sum + file.size, 0);
  if (kind === null) {
    return html`<p class="refused" role="alert">
      This folder holds neither a rank1.json nor a config.json with safetensors. Choose the folder of one
      model.
    </p>`;
  }
  return html`<div class="card">
    <div class="card-head">
      <h3>${kind === 'model' ? 'A converted model' : 'A checkpoint'}</h3>
      <span class="note">${Object.keys(files).length} files · ${formatBytes(bytes)}</span>
    </div>
    <div class="actions">
      ${
        kind === 'model'
          ? html`<button class="quiet leading" type="button" @click=${() => actions.keep(files)}>
              Copy it into this browser
            </button>`
          : html`<button class="quiet leading" type="button" @click=${() => actions.convert(files)}>
              Convert on this device
            </button>`
      }
    </div>
  </div>`;
}
