/** The models on this device, complete or partial, and running operations. */
import { msg } from '@lit/localize';
import { html, nothing, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import type { ConvertedModel, StoredModel, StoreProgress } from '../../protocol/model-store-api.ts';
import { renderFault, renderWarning } from '../shell/fault-text.ts';
import { DEFAULT_MODEL } from './chosen-model.ts';
import { bytesOf, stageLabel, storedNote } from './wording.ts';

/** A running operation on the model of that name. */
export interface ModelJob {
  readonly name: string;
  /** only a download can be resumed after it is stopped */
  readonly kind: 'download' | 'copy' | 'convert';
  readonly progress: StoreProgress | null;
  /** the error; null if there is none */
  readonly error: unknown;
}

export interface StoredListActions {
  use(address: string): void;
  /** URL of a page that runs a model held in memory */
  tryAddress(model: StoredModel): string;
  resume(model: StoredModel): void;
  pause(name: string): void;
  cancel(name: string): void;
  /** @param isWhole whether any version is complete, so that the person is asked first */
  remove(name: string, isWhole: boolean): void;
  removeAll(): void;
}

export function renderStored(
  models: readonly StoredModel[],
  jobs: ReadonlyMap<string, ModelJob>,
  warnings: ReadonlyMap<string, ConvertedModel['warnings']>,
  chosen: string,
  actions: StoredListActions,
): TemplateResult {
  const names = new Set([...models.map(({ name }) => name), ...jobs.keys()]);
  return html`<section aria-labelledby="stored-title">
    <div class="section-head">
      <h2 id="stored-title" tabindex="-1">${msg('Kept in this browser')}</h2>
      ${models.length > 0 ? html`<button class="quiet" type="button" @click=${() => actions.removeAll()}>${msg('Delete all')}</button>` : nothing}
    </div>
    <ul class="cards">
      <li class="card">
        <div class="card-head">
          <h3>${msg('Default model')}</h3>
          <span class="note">${msg('comes with the page')}</span>
        </div>
        <div class="actions">${renderUse(msg('the default model'), DEFAULT_MODEL, chosen, actions)}</div>
      </li>
      ${repeat(
        [...names],
        (name) => name,
        (name) => {
          const model = models.find((candidate) => candidate.name === name);
          return renderModel(name, model, jobs.get(name), warnings.get(name) ?? [], chosen, actions);
        },
      )}
    </ul>
  </section>`;
}

function renderUse(
  name: string,
  address: string,
  chosen: string,
  actions: StoredListActions,
): TemplateResult {
  const isChosen = address === chosen;
  return html`<button
    class="quiet"
    type="button"
    aria-pressed=${isChosen}
    @click=${() => actions.use(address)}
  >
    ${isChosen ? msg('Used by the pages') : msg('Use')}<span class="visually-hidden"> ${name}</span>
  </button>`;
}

function renderModel(
  name: string,
  model: StoredModel | undefined,
  job: ModelJob | undefined,
  warnings: ConvertedModel['warnings'],
  chosen: string,
  actions: StoredListActions,
): TemplateResult {
  const isBusy = job !== undefined && job.error === null;
  const isWhole = model !== undefined && model.dtypes.length > 0;
  return html`<li class="card">
    <div class="card-head">
      <h3>${name}</h3>
      <span class="note">${model ? storedNote(model) : ''}</span>
    </div>
    ${isBusy ? renderProgress(job) : nothing}
    ${job && job.error !== null ? html`<p class="refused" role="alert">${renderFault(job.error)}</p>` : nothing}
    ${model ? warnings.map((warning) => html`<p class="hint">${renderWarning(warning)}</p>`) : nothing}
    <div class="actions">
      ${model && !isBusy ? renderReady(model, chosen, actions) : nothing}
      ${isBusy && job.kind === 'download' ? renderButton(msg('Pause'), name, () => actions.pause(name)) : nothing}
      ${isBusy && !isWhole ? renderButton(msg('Cancel'), name, () => actions.cancel(name)) : nothing}
      ${isBusy ? nothing : renderButton(msg('Delete'), name, () => actions.remove(name, isWhole), 'quiet remove')}
    </div>
  </li>`;
}

function renderReady(model: StoredModel, chosen: string, actions: StoredListActions): TemplateResult {
  const { name, address, dtypes, unfinished } = model;
  const isWhole = dtypes.length > 0;
  return html`${isWhole && address ? renderUse(name, address, chosen, actions) : nothing}
  ${
    isWhole && !address
      ? html`<a class="quiet" href=${actions.tryAddress(model)} target="_blank"
          >${msg('Use it in a new tab')}<span class="visually-hidden"> ${name}</span></a
        >`
      : nothing
  }
  ${unfinished ? renderButton(msg('Resume'), name, () => actions.resume(model)) : nothing}`;
}

function renderButton(label: string, name: string, onClick: () => void, classes = 'quiet'): TemplateResult {
  return html`<button class=${classes} type="button" @click=${onClick}>
    ${label}<span class="visually-hidden"> ${name}</span>
  </button>`;
}

function renderProgress({ name, kind, progress }: ModelJob): TemplateResult {
  const { stage, loadedBytes, totalBytes } = progress ?? {
    stage: kind,
    loadedBytes: 0,
    totalBytes: 0,
  };
  const share = totalBytes > 0 ? Math.min(1, loadedBytes / totalBytes) : 0;
  return html`<div class="job">
    <p>${stageLabel(stage)}${totalBytes > 0 ? ` · ${bytesOf(loadedBytes, totalBytes)}` : ''}</p>
    <progress aria-label="${stageLabel(stage)} ${name}" max="1" .value=${share}></progress>
  </div>`;
}
