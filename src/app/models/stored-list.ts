/** The models on this device, whole or begun, and what is under way. */
import { html, nothing, type TemplateResult } from 'lit';
import type { StoredModel, StoreProgress } from '../../protocol/model-store-api.ts';
import { formatBytes } from './byte-sizes.ts';
import { DEMO_MODEL } from './chosen-model.ts';

/** Something that is being done to a model of that name. */
export interface ModelJob {
  readonly name: string;
  /** only a download keeps what it has when it is stopped */
  readonly kind: 'download' | 'copy' | 'convert';
  readonly progress: StoreProgress | null;
  readonly error: string | null;
}

export interface StoredListActions {
  use(address: string): void;
  /** of a page that runs a model that is in memory */
  tryAddress(model: StoredModel): string;
  resume(model: StoredModel): void;
  pause(name: string): void;
  remove(name: string): void;
  removeAll(): void;
}

const STAGES: Record<StoreProgress['stage'], string> = {
  waiting: 'Another tab is at it',
  download: 'Downloading',
  repeat: 'A file came damaged. Fetching it again',
  verify: 'Checking',
  copy: 'Copying',
  convert: 'Converting',
};

export function renderStored(
  models: readonly StoredModel[],
  jobs: ReadonlyMap<string, ModelJob>,
  chosen: string,
  actions: StoredListActions,
): TemplateResult {
  const names = new Set([...models.map(({ name }) => name), ...jobs.keys()]);
  return html`<section aria-labelledby="stored-title">
    <div class="section-head">
      <h2 id="stored-title">Kept in this browser</h2>
      ${models.length > 0 ? html`<button class="quiet" type="button" @click=${() => actions.removeAll()}>Delete all</button>` : nothing}
    </div>
    <ul class="cards">
      <li class="card">
        <div class="card-head">
          <h3>Demo model</h3>
          <span class="note">comes with the page</span>
        </div>
        <div class="actions">${renderUse('the demo model', DEMO_MODEL, chosen, actions)}</div>
      </li>
      ${[...names].map((name) => {
        const model = models.find((candidate) => candidate.name === name);
        return renderModel(name, model, jobs.get(name), chosen, actions);
      })}
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
    ${isChosen ? 'Used by the pages' : 'Use'}<span class="visually-hidden"> ${name}</span>
  </button>`;
}

function renderModel(
  name: string,
  model: StoredModel | undefined,
  job: ModelJob | undefined,
  chosen: string,
  actions: StoredListActions,
): TemplateResult {
  const isBusy = job !== undefined && job.error === null;
  return html`<li class="card">
    <div class="card-head">
      <h3>${name}</h3>
      <span class="note">${model ? describe(model) : ''}</span>
    </div>
    ${isBusy ? renderProgress(job) : nothing}
    ${job?.error ? html`<p class="refused" role="alert">${job.error}</p>` : nothing}
    <div class="actions">
      ${model && !isBusy ? renderReady(model, chosen, actions) : nothing}
      ${
        isBusy && job.kind === 'download'
          ? html`<button class="quiet" type="button" @click=${() => actions.pause(name)}>
              Pause<span class="visually-hidden"> ${name}</span>
            </button>`
          : nothing
      }
      <button class="quiet" type="button" @click=${() => actions.remove(name)}>
        ${isBusy ? 'Cancel' : 'Delete'}<span class="visually-hidden"> ${name}</span>
      </button>
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
          >Use it in a new tab<span class="visually-hidden"> ${name}</span></a
        >`
      : nothing
  }
  ${
    unfinished
      ? html`<button class="quiet" type="button" @click=${() => actions.resume(model)}>
          Resume<span class="visually-hidden"> ${name}</span>
        </button>`
      : nothing
  }`;
}

function describe({ dtypes, bytes, unfinished, storage }: StoredModel): string {
  const parts = [dtypes.join(', '), formatBytes(bytes)];
  if (unfinished)
    parts.push(
      `${unfinished.dtype}: ${formatBytes(unfinished.loadedBytes)} of ${formatBytes(unfinished.totalBytes)}`,
    );
  if (dtypes.length === 0 && !unfinished) parts.push('left by a copy or conversion that broke off; no model');
  if (storage === 'memory') parts.push('in memory until this page is closed');
  return parts.filter(Boolean).join(' · ');
}

function renderProgress({ name, kind, progress }: ModelJob): TemplateResult {
  const { stage, loadedBytes, totalBytes } = progress ?? {
    stage: kind,
    loadedBytes: 0,
    totalBytes: 0,
  };
  const share = totalBytes > 0 ? Math.min(1, loadedBytes / totalBytes) : 0;
  return html`<div class="job">
    <p>
      ${STAGES[stage]}${totalBytes > 0 ? ` · ${formatBytes(loadedBytes)} of ${formatBytes(totalBytes)}` : ''}
    </p>
    <progress aria-label="${STAGES[stage]} ${name}" max="1" .value=${share}></progress>
  </div>`;
}
