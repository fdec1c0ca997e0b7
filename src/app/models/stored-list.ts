/** The models on this device, whole or begun, and what is under way. */
import { html, nothing, type TemplateResult } from 'lit';
import type { StoredModel, StoreProgress } from '../../protocol/model-store-api.ts';
import { formatBytes } from './byte-sizes.ts';

/** Something that is being done to a model of that name. */
export interface ModelJob {
  readonly name: string;
  readonly progress: StoreProgress | null;
  readonly error: string | null;
}

export interface StoredListActions {
  use(model: StoredModel): void;
  resume(model: StoredModel): void;
  pause(name: string): void;
  remove(name: string): void;
  removeAll(): void;
}

const STAGES: Record<StoreProgress['stage'], string> = {
  waiting: 'Another tab is downloading it',
  download: 'Downloading',
  verify: 'Checking',
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
      ${models.length > 1 ? html`<button class="quiet" type="button" @click=${() => actions.removeAll()}>Delete all</button>` : nothing}
    </div>
    ${names.size === 0 ? html`<p class="hint">Nothing yet but the demo model, which comes with the page.</p>` : nothing}
    <ul class="cards">
      ${[...names].map((name) => {
        const model = models.find((candidate) => candidate.name === name);
        return renderModel(name, model, jobs.get(name), chosen, actions);
      })}
    </ul>
  </section>`;
}

function renderModel(
  name: string,
  model: StoredModel | undefined,
  job: ModelJob | undefined,
  chosen: string,
  actions: StoredListActions,
): TemplateResult {
  const isBusy = job !== undefined && job.error === null;
  const isWhole = (model?.dtypes.length ?? 0) > 0;
  const isChosen = model?.address === chosen;
  return html`<li class="card">
    <div class="card-head">
      <h3>${name}</h3>
      <span class="note">${model ? describe(model) : ''}</span>
    </div>
    ${isBusy ? renderProgress(job) : nothing}
    ${job?.error ? html`<p class="refused" role="alert">${job.error}</p>` : nothing}
    <div class="actions">
      ${
        isWhole && model?.address && !isBusy
          ? html`<button
              class="quiet"
              type="button"
              aria-pressed=${isChosen}
              @click=${() => actions.use(model)}
            >
              ${isChosen ? 'Used by the pages' : 'Use'}<span class="visually-hidden"> ${name}</span>
            </button>`
          : nothing
      }
      ${
        model?.unfinished && !isBusy
          ? html`<button class="quiet" type="button" @click=${() => actions.resume(model)}>
              Resume<span class="visually-hidden"> ${name}</span>
            </button>`
          : nothing
      }
      ${
        isBusy
          ? html`<button class="quiet" type="button" @click=${() => actions.pause(name)}>
              ${job.progress?.stage === 'convert' ? 'Stop' : 'Pause'}<span class="visually-hidden">
                ${name}</span
              >
            </button>`
          : nothing
      }
      <button class="quiet" type="button" @click=${() => actions.remove(name)}>
        ${isBusy ? 'Cancel' : 'Delete'}<span class="visually-hidden"> ${name}</span>
      </button>
    </div>
  </li>`;
}

function describe({ dtypes, bytes, unfinished, storage }: StoredModel): string {
  const parts = [dtypes.join(', '), formatBytes(bytes)];
  if (unfinished)
    parts.push(
      `${unfinished.dtype}: ${formatBytes(unfinished.loadedBytes)} of ${formatBytes(unfinished.totalBytes)}`,
    );
  if (storage === 'memory') parts.push('in memory until this page is closed');
  return parts.filter(Boolean).join(' · ');
}

function renderProgress({ name, progress }: ModelJob): TemplateResult {
  const { stage, loadedBytes, totalBytes } = progress ?? { stage: 'download', loadedBytes: 0, totalBytes: 0 };
  const share = totalBytes > 0 ? Math.min(1, loadedBytes / totalBytes) : 0;
  return html`<div class="job">
    <p>
      ${STAGES[stage]}${totalBytes > 0 ? ` · ${formatBytes(loadedBytes)} of ${formatBytes(totalBytes)}` : ''}
    </p>
    <progress aria-label="${STAGES[stage]} ${name}" max="1" .value=${share}></progress>
  </div>`;
}
