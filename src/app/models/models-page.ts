import { html, LitElement, nothing, type TemplateResult } from 'lit';
import { state } from 'lit/decorators.js';
import { ModelStoreClient } from '../../client/model-store-client.ts';
import type {
  CatalogueEntry,
  DeviceReport,
  StoredModel,
  StoreProgress,
} from '../../protocol/model-store-api.ts';
import { folderAddress, renderAddModel, type AddModelActions, type AddModelState } from './add-model.ts';
import { renderCatalogue } from './catalogue-list.ts';
import { readChosenModel, writeChosenModel } from './chosen-model.ts';
import { renderDevice, reportText } from './device-panel.ts';
import { filesOfDrop, filesOfInput, type PickedFiles } from './picked-folder.ts';
import { renderStored, type ModelJob, type StoredListActions } from './stored-list.ts';

const NO_CHOICE: AddModelState = { offer: null, picked: null, busy: false, error: null, dragging: false };

/** The model page: what this device can run, what it keeps, and how more comes. It renders into the page. */
export class ModelsPageElement extends LitElement {
  @state() private device: DeviceReport | null = null;
  @state() private catalogue: readonly CatalogueEntry[] = [];
  @state() private stored: readonly StoredModel[] = [];
  @state() private jobs: ReadonlyMap<string, ModelJob> = new Map();
  @state() private adding: AddModelState = NO_CHOICE;
  @state() private copied = false;
  @state() private chosen = readChosenModel();
  @state() private announcement = '';

  readonly #store = new ModelStoreClient();

  override connectedCallback(): void {
    super.connectedCallback();
    this.addEventListener('dragover', this.#onDragOver);
    this.addEventListener('dragleave', this.#onDragLeave);
    this.addEventListener('drop', this.#onDrop);
    void this.#refresh();
    void this.#store.catalogue().then((entries) => (this.catalogue = entries));
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#store.dispose();
  }

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  protected override render(): TemplateResult {
    return html`
      <h1>Models</h1>
      <p class="lead">
        A model is fetched once, checked, and kept in this browser. Your documents never meet this page.
      </p>
      ${this.device ? renderDevice(this.device, () => void this.#copyReport(), this.copied) : nothing}
      ${renderStored(this.stored, this.jobs, this.chosen, this.#storedActions)}
      ${renderAddModel(this.adding, this.#addActions)}
      ${renderCatalogue(this.catalogue, (entry) => this.#convertEntry(entry))}
      <p class="visually-hidden" role="status">${this.announcement}</p>
    `;
  }

  readonly #storedActions: StoredListActions = {
    use: ({ address }) => {
      if (address === null) return;
      this.chosen = address;
      writeChosenModel(address);
    },
    resume: ({ name, unfinished, storage }) => {
      if (unfinished) this.#download({ ...unfinished, name, storage });
    },
    pause: (name) => void this.#store.pause(name),
    remove: (name) => void this.#change(() => this.#store.remove(name), name),
    removeAll: () => {
      if (confirm('Delete every model from this browser?')) void this.#change(() => this.#store.removeAll());
    },
  };

  readonly #addActions: AddModelActions = {
    look: (address, revision) => void this.#look(address, revision),
    download: ({ url, name }, dtype, storage) => {
      this.adding = NO_CHOICE;
      this.#download({ url, name, dtype, storage });
    },
    pick: (files) => void this.#choose(filesOfInput(files)),
    keep: (files) => {
      const name = nameOf(files, 'model');
      this.adding = NO_CHOICE;
      void this.#work(name, (report) => this.#store.keep(name, files, report));
    },
    convert: (files) => {
      const name = nameOf(files, 'converted');
      this.#convert(name, { files: Object.entries(files).map(([path, file]) => new File([file], path)) });
    },
  };

  #download(request: { url: string; name: string; dtype: string; storage: 'disk' | 'memory' }): void {
    const { url, name, dtype, storage } = request;
    void this.#work(name, (report) => this.#store.download({ url, name, dtype, storage }, report));
  }

  #convertEntry({ id, repository, recommended }: CatalogueEntry): void {
    if (repository === null || recommended === null) return;
    this.#convert(id, { url: `https://huggingface.co/${repository}/resolve/main` }, recommended);
  }

  #convert(
    name: string,
    source: { url: string } | { files: readonly File[] },
    dtype = this.device?.dtype ?? 'q4',
  ): void {
    this.adding = NO_CHOICE;
    void this.#work(name, (report) => this.#store.convert({ name, dtype, source }, report));
  }

  /** Runs something that takes long for one model, and shows how far it is, or why it failed. */
  async #work(
    name: string,
    task: (report: (progress: StoreProgress) => void) => Promise<StoredModel>,
  ): Promise<void> {
    this.#setJob(name, { name, progress: null, error: null });
    try {
      await task((progress) => {
        if (this.jobs.get(name)) this.#setJob(name, { name, progress, error: null });
      });
      this.#setJob(name, null);
      this.announcement = `${name} is ready.`;
    } catch (error) {
      const stopped = error instanceof Error && error.name === 'AbortError';
      this.#setJob(name, stopped ? null : { name, progress: null, error: messageOf(error) });
    }
    await this.#refresh();
  }

  async #change(action: () => Promise<void>, name?: string): Promise<void> {
    try {
      await action();
      if (name) this.#setJob(name, null);
    } catch (error) {
      if (name) this.#setJob(name, { name, progress: null, error: messageOf(error) });
    }
    await this.#refresh();
  }

  #setJob(name: string, job: ModelJob | null): void {
    const jobs = new Map(this.jobs);
    if (job) jobs.set(name, job);
    else jobs.delete(name);
    this.jobs = jobs;
  }

  async #look(address: string, revision: string): Promise<void> {
    this.adding = { ...NO_CHOICE, busy: true };
    try {
      this.adding = { ...NO_CHOICE, offer: await this.#store.inspect(folderAddress(address, revision)) };
    } catch (error) {
      this.adding = { ...NO_CHOICE, error: messageOf(error) };
    }
  }

  async #choose(files: Promise<PickedFiles>): Promise<void> {
    this.adding = { ...NO_CHOICE, busy: true };
    try {
      this.adding = { ...NO_CHOICE, picked: await files };
    } catch (error) {
      this.adding = { ...NO_CHOICE, error: messageOf(error) };
    }
  }

  async #refresh(): Promise<void> {
    try {
      [this.device, this.stored] = await Promise.all([this.#store.device(), this.#store.list()]);
    } catch (error) {
      this.adding = { ...this.adding, error: messageOf(error) };
    }
  }

  async #copyReport(): Promise<void> {
    if (!this.device) return;
    await navigator.clipboard.writeText(reportText(this.device, navigator.userAgent));
    this.copied = true;
    this.announcement = 'The report was copied.';
  }

  readonly #onDragOver = (event: DragEvent): void => {
    if (!event.dataTransfer?.types.includes('Files')) return;
    event.preventDefault();
    if (!this.adding.dragging) this.adding = { ...this.adding, dragging: true };
  };

  readonly #onDragLeave = (event: DragEvent): void => {
    if (event.relatedTarget === null) this.adding = { ...this.adding, dragging: false };
  };

  readonly #onDrop = (event: DragEvent): void => {
    if (!event.dataTransfer) return;
    event.preventDefault();
    void this.#choose(filesOfDrop(event.dataTransfer));
  };
}

/** From the folder a file was in, where the browser tells. */
function nameOf(files: PickedFiles, fallback: string): string {
  const [root = ''] = (Object.values(files)[0]?.webkitRelativePath ?? '').split('/');
  const name = root
    .toLowerCase()
    .replace(/[^a-z0-9._-]+/g, '-')
    .replace(/^[^a-z0-9]+/, '')
    .slice(0, 100);
  return name || fallback;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

declare global {
  interface HTMLElementTagNameMap {
    'rank1-models-page': ModelsPageElement;
  }
}
