/** Ways to add a model: a URL, a Hugging Face id, or a picked or dropped folder or archive. */
import { msg, str } from '@lit/localize';
import { html, nothing, type TemplateResult } from 'lit';
import type { CheckpointOffer, ModelOffer } from '../../protocol/model-store-api.ts';
import { renderFault } from '../shell/fault-text.ts';
import { formatBytes } from './byte-sizes.ts';
import { kindOf, type PickedFolder } from './picked-folder.ts';
import { versionLabel } from './wording.ts';

export interface AddModelState {
  readonly offer: ModelOffer | CheckpointOffer | null;
  readonly picked: PickedFolder | null;
  /** URL of a page that runs the picked model without storing it */
  readonly tryAddress: string;
  readonly busy: boolean;
  /** the error; null if there is none */
  readonly error: unknown;
}

export interface AddModelActions {
  look(address: string, revision: string): void;
  download(offer: ModelOffer, dtype: string, storage: 'disk' | 'memory'): void;
  pick(files: readonly File[]): void;
  keep(picked: PickedFolder): void;
  convert(picked: PickedFolder): void;
  convertHosted(offer: CheckpointOffer): void;
}

/** @param isOver whether files are being dragged over the page */
export function renderAddModel(
  state: AddModelState,
  isOver: boolean,
  actions: AddModelActions,
): TemplateResult {
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
    <h2 id="add-title">${msg('Add a model')}</h2>
    <div class="add">
      <form @submit=${onSubmit} autocomplete="off">
        <div class="field">
          <label for="address">${msg('Address or Hugging Face id')}</label>
          <input
            id="address"
            name="address"
            type="text"
            required
            spellcheck="false"
            placeholder="https://…/my-model/"
            aria-describedby="address-hint"
          />
          <p id="address-hint" class="hint">${addressHint()}</p>
        </div>
        <div class="field">
          <label for="revision">${msg('Revision')} <span class="optional">${msg('optional')}</span></label>
          <input id="revision" name="revision" type="text" spellcheck="false" placeholder="main" />
        </div>
        <button class="quiet" type="submit" ?disabled=${state.busy}>
          ${state.busy ? msg('Looking …') : msg('Look up')}
        </button>
      </form>
      <div class="drop" data-dragging=${isOver}>
        <p>
          <strong>${msg('Drop a folder, a ZIP or a GGUF file here')}</strong>
          <span class="note"
            >${msg('A converted model, or a checkpoint of safetensors or a GGUF file to convert.')}</span
          >
        </p>
        <label class="button"
          >${msg('Choose a folder')}<input
            class="visually-hidden"
            type="file"
            webkitdirectory
            multiple
            @change=${onPick}
        /></label>
        <label class="button"
          >${msg('Choose a ZIP or GGUF file')}<input
            class="visually-hidden"
            type="file"
            accept=".zip,.gguf"
            @change=${onPick}
        /></label>
      </div>
    </div>
    ${state.error === null ? nothing : html`<p class="refused" role="alert">${renderFault(state.error)}</p>`}
    ${state.offer?.kind === 'model' ? renderOffer(state.offer, actions) : nothing}
    ${state.offer?.kind === 'checkpoint' ? renderCheckpoint(state.offer, actions) : nothing}
    ${state.picked ? renderPicked(state.picked, state.tryAddress, actions) : nothing}
  </section>`;
}

function renderOffer(offer: ModelOffer, actions: AddModelActions): TemplateResult {
  return html`<div class="card" role="group" aria-label=${msg(str`Versions of ${offer.name}`)}>
    <div class="card-head">
      <h3>${offer.name}</h3>
      <span class="note">${offer.url}</span>
    </div>
    <div class="actions">
      ${offer.versions.map(({ dtype, bytes, missingBytes }) => {
        const label = versionLabel(dtype, bytes, missingBytes);
        return html`<button
          class=${dtype === offer.recommended ? 'quiet leading' : 'quiet'}
          type="button"
          ?disabled=${missingBytes === 0}
          @click=${() => actions.download(offer, dtype, 'disk')}
        >
          ${label}${dtype === offer.recommended ? ` · ${msg('recommended')}` : ''}
        </button>`;
      })}
    </div>
    <p class="hint">
      ${msg('Kept in this browser’s storage. Without it, until the page is closed:')}
      <button class="link" type="button" @click=${() => actions.download(offer, offer.recommended, 'memory')}>
        ${msg(str`keep ${offer.recommended} in memory`)}
      </button>
    </p>
  </div>`;
}

function renderCheckpoint(offer: CheckpointOffer, actions: AddModelActions): TemplateResult {
  const label =
    offer.bytes === null ? msg('Fetch and convert') : msg(str`Fetch ${formatBytes(offer.bytes)} and convert`);
  return html`<div class="card">
    <div class="card-head">
      <h3>${offer.name}</h3>
      <span class="note">${offer.url}</span>
    </div>
    <p class="hint">
      ${msg(str`A checkpoint of safetensors. It is read piece by piece and becomes a ${offer.recommended} model in this browser’s storage.`)}
      ${conversionNote()}
    </p>
    <div class="actions">
      <button class="quiet leading" type="button" @click=${() => actions.convertHosted(offer)}>
        ${label}
      </button>
    </div>
  </div>`;
}

function conversionNote(): string {
  return msg('A conversion that is stopped starts anew: keep this page open.');
}

// Spaces between words are part of what is translated.
// prettier-ignore
const addressHint = (): TemplateResult => msg(html`A folder with a rank1.json, as <code>rank1-rerank convert</code> writes it, or a checkpoint of safetensors to convert here. Only sizes are fetched at first.`);

function renderPicked(picked: PickedFolder, tryAddress: string, actions: AddModelActions): TemplateResult {
  const { files, name } = picked;
  const kind = kindOf(files);
  const bytes = Object.values(files).reduce((sum, file) => sum + file.size, 0);
  if (kind === null) {
    return html`<p class="refused" role="alert">
      ${msg('This folder holds neither a rank1.json nor a config.json with safetensors, nor a GGUF file. Choose the folder of one model.')}
    </p>`;
  }
  return html`<div class="card">
    <div class="card-head">
      <h3>${name || (kind === 'model' ? msg('A converted model') : msg('A checkpoint'))}</h3>
      <span class="note">
        ${kind === 'model' ? msg('converted model') : msg('checkpoint')} ·
        ${msg(str`${Object.keys(files).length} files`)} · ${formatBytes(bytes)}
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
        ${msg('Copy it into this browser')}
      </button>
      <a class="quiet" href=${tryAddress} target="_blank">${msg('Use it without copying')}</a>
    </div>
    <p class="hint">
      ${msg('Without copying, it runs on the demo page in a new tab, until that is closed. Keep this page open while it loads.')}
    </p>`;
}

function renderPickedCheckpoint(picked: PickedFolder, actions: AddModelActions): TemplateResult {
  return html`<div class="actions">
      <button class="quiet leading" type="button" @click=${() => actions.convert(picked)}>
        ${msg('Convert on this device')}
      </button>
    </div>
    <p class="hint">${conversionNote()}</p>`;
}
