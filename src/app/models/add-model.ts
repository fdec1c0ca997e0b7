/** Ways to bring a model here: an address, a Hugging Face id, a folder or archive that is picked or dropped. */
import { html, nothing, type TemplateResult } from 'lit';
import type { CheckpointOffer, ModelOffer } from '../../protocol/model-store-api.ts';
import { formatBytes } from './byte-sizes.ts';
import { kindOf, type PickedFolder } from './picked-folder.ts';

export interface AddModelState {
  readonly offer: ModelOffer | CheckpointOffer | null;
  readonly picked: PickedFolder | null;
  /** of a page that runs the picked model as it is */
  readonly tryAddress: string;
  readonly busy: boolean;
  readonly error: string | null;
  readonly dragging: boolean;
}

export interface AddModelActions {
  look(address: string, revision: string): void;
  download(offer: ModelOffer, dtype: string, storage: 'disk' | 'memory'): void;
  pick(files: readonly File[]): void;
  keep(picked: PickedFolder): void;
  convert(picked: PickedFolder): void;
  convertHosted(offer: CheckpointOffer): void;
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
            A folder with a rank1.json, as <code>rank1-rerank convert</code> writes it, or a checkpoint of
            safetensors to convert here. Only sizes are fetched at first.
          </p>
        </div>
        <div class="field">
          <label for="revision">Revision <span class="optional">optional</span></label>
          <input id="revision" name="revision" type="text" spellcheck="false" placeholder="main" />
        </div>
        <button class="quiet" type="submit" ?disabled=${state.busy}>
          ${state.busy ? 'Looking …' : 'Look up'}
        </button>
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
    ${state.offer?.kind === 'model' ? renderOffer(state.offer, actions) : nothing}
    ${state.offer?.kind === 'checkpoint' ? renderCheckpoint(state.offer, actions) : nothing}
    ${state.picked ? renderPicked(state.picked, state.tryAddress, actions) : nothing}
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

function renderCheckpoint(offer: CheckpointOffer, actions: AddModelActions): TemplateResult {
  const size = offer.bytes === null ? '' : ` ${formatBytes(offer.bytes)}`;
  return html`<div class="card">
    <div class="card-head">
      <h3>${offer.name}</h3>
      <span class="note">${offer.url}</span>
    </div>
    <p class="hint">
      A checkpoint of safetensors. It is read piece by piece and becomes a ${offer.recommended} model in this
      browser’s storage. ${CONVERSION_NOTE}
    </p>
    <div class="actions">
      <button class="quiet leading" type="button" @click=${() => actions.convertHosted(offer)}>
        Fetch${size} and convert
      </button>
    </div>
  </div>`;
}

const CONVERSION_NOTE = 'A conversion that is stopped starts anew: keep this page open.';

function renderPicked(picked: PickedFolder, tryAddress: string, actions: AddModelActions): TemplateResult {
  const { files, name } = picked;
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
      <h3>${name || (kind === 'model' ? 'A converted model' : 'A checkpoint')}</h3>
      <span class="note">
        ${kind === 'model' ? 'converted model' : 'checkpoint'} · ${Object.keys(files).length} files ·
        ${formatBytes(bytes)}
      </span>
    </div>
    ${kind === 'model' ? renderPickedModel(picked, tryAddress, actions) : renderPickedCheckpoint(picked, actions)}
  </div>`;
}

function renderPickedModel(
  picked: PickedFolder,
  tryAddress: string,
  actions: AddModelActions,
): TemplateResult {
  return html`<div class="actions">
      <button class="quiet leading" type="button" @click=${() => actions.keep(picked)}>
        Copy it into this browser
      </button>
      <a class="quiet" href=${tryAddress} target="_blank">Use it without copying</a>
    </div>
    <p class="hint">
      Without copying, it runs on the demo page in a new tab, until that is closed. Keep this page open while
      it loads.
    </p>`;
}

function renderPickedCheckpoint(picked: PickedFolder, actions: AddModelActions): TemplateResult {
  return html`<div class="actions">
      <button class="quiet leading" type="button" @click=${() => actions.convert(picked)}>
        Convert on this device
      </button>
    </div>
    <p class="hint">${CONVERSION_NOTE}</p>`;
}
