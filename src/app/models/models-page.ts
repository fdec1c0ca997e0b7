import { msg, str } from '@lit/localize';
import { html, nothing, type TemplateResult } from 'lit';
import { state } from 'lit/decorators.js';
import modelsWorkerUrl from '../../../workers/models.worker.ts?worker&url';
import { ModelStoreClient } from '../../client/model-store-client.ts';
import type {
  CatalogueEntry,
  CheckpointRequest,
  ConvertedModel,
  DeviceReport,
  StoredModel,
  StoreProgress,
} from '../../protocol/model-store-api.ts';
import { NETWORK_CHANNEL } from '../shell/network-log.ts';
import { renderAddModel, type AddModelActions, type AddModelState } from './add-model.ts';
import { renderCatalogue } from './catalogue-list.ts';
import { DEFAULT_MODEL, readChosenModel, writeChosenModel } from './chosen-model.ts';
import { reportText } from './device-facts.ts';
import { renderDevice, type CopyState } from './device-panel.ts';
import { FileDrop } from './file-drop.ts';
import { folderAddress } from './folder-address.ts';
import { FilesDesk } from './handed-files.ts';
import { filesOfDrop, filesOfInput, type PickedFolder } from './picked-folder.ts';
import { renderStored, type ModelJob, type StoredListActions } from './stored-list.ts';
import { FocusKeeper } from '../shell/focus-keeper.ts';
import { PageElement } from '../shell/page-element.ts';

const NO_CHOICE: AddModelState = {
  offer: null,
  picked: null,
  tryAddress: '',
  busy: false,
  error: null,
};
/** The page that runs a model from another tab. */
const TRY_PAGE = './';
const COPIED_MS = 4_000;

/** The models page: what this device can run, what it stores, and how to add more. Renders into light DOM. */
export class ModelsPageElement extends PageElement {
  @state() private device: DeviceReport | null = null;
  @state() private catalogue: readonly CatalogueEntry[] = [];
  @state() private stored: readonly StoredModel[] = [];
  @state() private jobs: ReadonlyMap<string, ModelJob> = new Map();
  /** of the conversions of this visit, by the model's name */
  @state() private warnings: ReadonlyMap<string, ConvertedModel['warnings']> = new Map();
  @state() private adding: AddModelState = NO_CHOICE;
  @state() private copying: CopyState = 'idle';
  @state() private chosen = readChosenModel();
  @state() private announcement = '';

  readonly #store = new ModelStoreClient(startModelsWorker);
  readonly #desk = new FilesDesk();
  readonly #drop = new FileDrop(this, (dropped) => void this.#choose(filesOfDrop(dropped)));
  /** names of the operations to be undone once they have stopped */
  readonly #cancelled = new Set<string>();
  /** URLs of models in memory, by name; a ticket is created once. */
  readonly #tryAddresses = new Map<string, string>();

  constructor() {
    super();
    new FocusKeeper(this, () => this.querySelector('#stored-title'));
  }

  override connectedCallback(): void {
    super.connectedCallback();
    void this.#refresh();
    void this.#loadCatalogue();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#store.dispose();
    this.#desk.close();
  }

  protected override render(): TemplateResult {
    return html`
      <h1>${msg('Models')}</h1>
      <p class="lead">
        ${msg('A model is fetched once, checked, and kept in this browser. Your documents never meet this page.')}
      </p>
      ${this.device ? renderDevice(this.device, () => void this.#copyReport(), this.copying) : nothing}
      ${renderStored(this.stored, this.jobs, this.warnings, this.chosen, this.#storedActions)}
      ${renderAddModel(this.adding, this.#drop.isOver, this.#addActions)}
      ${renderCatalogue(this.catalogue, (entry) => this.#convertEntry(entry))}
      <p class="visually-hidden" role="status">${this.announcement}</p>
    `;
  }

  readonly #storedActions: StoredListActions = {
    use: (address) => this.#use(address),
    tryAddress: ({ name }) => {
      const address =
        this.#tryAddresses.get(name) ?? this.#desk.addressFor(TRY_PAGE, name, () => this.#store.files(name));
      this.#tryAddresses.set(name, address);
      return address;
    },
    resume: ({ name, unfinished, storage }) => {
      if (unfinished) this.#download({ ...unfinished, name, storage });
    },
    pause: (name) => void this.#store.pause(name),
    cancel: (name) => {
      this.#cancelled.add(name);
      void this.#store.pause(name);
    },
    remove: (name, isWhole) => {
      if (!isWhole || confirm(msg(str`Delete ${name} from this browser?`)))
        void this.#change(() => this.#remove(name), name);
    },
    removeAll: () => {
      if (confirm(msg('Delete every model from this browser?')))
        void this.#change(() => this.#store.removeAll());
    },
  };

  readonly #addActions: AddModelActions = {
    look: (address, revision) => void this.#look(address, revision),
    download: ({ url, name }, dtype, storage) => {
      this.adding = NO_CHOICE;
      this.#download({ url, name, dtype, storage });
    },
    pick: (files) => void this.#choose(filesOfInput(files)),
    keep: ({ name, files }) => {
      this.adding = NO_CHOICE;
      void this.#begin('copy', name, (free, report) => this.#store.keep(free, files, report));
    },
    convert: ({ name, files }) => {
      this.#convert(name, { files: Object.entries(files).map(([path, file]) => new File([file], path)) });
    },
    convertHosted: ({ name, url, bytes }) => {
      this.#convert(name, { url: url.replace(/\/$/, ''), bytes });
    },
  };

  #use(address: string): void {
    this.chosen = address;
    writeChosenModel(address);
  }

  #download(request: { url: string; name: string; dtype: string; storage: 'disk' | 'memory' }): void {
    const { url, name, dtype, storage } = request;
    void this.#work('download', name, (report) =>
      this.#store.download({ url, name, dtype, storage }, report),
    );
  }

  #convertEntry({ id, repository, recommended, checkpointBytes }: CatalogueEntry): void {
    if (repository === null || recommended === null) return;
    const url = `https://huggingface.co/${repository}/resolve/main`;
    this.#convert(id, { url, bytes: checkpointBytes }, recommended);
  }

  #convert(name: string, source: CheckpointRequest['source'], dtype = this.device?.dtype ?? 'q4'): void {
    this.adding = NO_CHOICE;
    void this.#begin('convert', name, async (free, report) => {
      const converted = await this.#store.convert({ name: free, dtype, source }, report);
      this.#warn(free, converted.warnings);
      return converted;
    });
  }

  /** Picks an unused name: nothing stored is replaced. */
  async #begin(
    kind: ModelJob['kind'],
    wanted: string,
    task: (name: string, report: (progress: StoreProgress) => void) => Promise<StoredModel>,
  ): Promise<void> {
    try {
      const name = await this.#store.nameFor(wanted);
      await this.#work(kind, name, (report) => task(name, report));
    } catch (error) {
      this.adding = { ...NO_CHOICE, error };
    }
  }

  /** Runs a long operation on a model and shows its progress or error. */
  async #work(
    kind: ModelJob['kind'],
    name: string,
    task: (report: (progress: StoreProgress) => void) => Promise<StoredModel>,
  ): Promise<void> {
    this.#setJob(name, { name, kind, progress: null, error: null });
    this.#warn(name, []);
    try {
      const stored = await task((progress) => {
        if (this.jobs.get(name)) this.#setJob(name, { name, kind, progress, error: null });
      });
      this.#setJob(name, null);
      this.announcement =
        stored.name === name ? msg(str`${name} is ready.`) : msg(str`It is here already: ${stored.name}.`);
    } catch (error) {
      const stopped = error instanceof Error && error.name === 'AbortError';
      this.#setJob(name, stopped ? null : { name, kind, progress: null, error });
      if (stopped && this.#cancelled.has(name)) await this.#change(() => this.#discard(name), name);
    }
    this.#cancelled.delete(name);
    await this.#refresh();
  }

  /** Removes what a cancelled operation has left. Another tab may have completed the model meanwhile. */
  async #discard(name: string): Promise<void> {
    const isWhole = (model: StoredModel): boolean => model.name === name && model.dtypes.length > 0;
    if (!(await this.#store.list()).some(isWhole)) await this.#remove(name);
  }

  async #remove(name: string): Promise<void> {
    await this.#store.remove(name);
    this.announcement = msg(str`${name} was deleted.`);
  }

  async #change(action: () => Promise<void>, name?: string): Promise<void> {
    try {
      await action();
      if (name) this.#setJob(name, null);
    } catch (error) {
      if (name) this.#setJob(name, { name, kind: 'copy', progress: null, error });
    }
    await this.#refresh();
  }

  #warn(name: string, warnings: ConvertedModel['warnings']): void {
    this.warnings = new Map([...this.warnings, [name, warnings]]);
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
      this.adding = { ...NO_CHOICE, error };
    }
  }

  async #choose(reading: Promise<PickedFolder>): Promise<void> {
    this.adding = { ...NO_CHOICE, busy: true };
    try {
      const picked = await reading;
      const tryAddress = this.#desk.addressFor(TRY_PAGE, picked.name || msg('the chosen folder'), () =>
        Promise.resolve(picked.files),
      );
      this.adding = { ...NO_CHOICE, picked, tryAddress };
    } catch (error) {
      this.adding = { ...NO_CHOICE, error };
    }
  }

  async #refresh(): Promise<void> {
    try {
      [this.device, this.stored] = await Promise.all([this.#store.device(), this.#store.list()]);
    } catch (error) {
      this.adding = { ...this.adding, error };
      return;
    }
    const isThere = this.stored.some(({ address, dtypes }) => address === this.chosen && dtypes.length > 0);
    if (this.chosen === DEFAULT_MODEL || isThere) return;
    this.#use(DEFAULT_MODEL);
    this.announcement = msg('The model that the pages used is gone. They use the default model again.');
  }

  async #loadCatalogue(): Promise<void> {
    try {
      this.catalogue = await this.#store.catalogue();
    } catch (error) {
      this.adding = { ...this.adding, error };
    }
  }

  async #copyReport(): Promise<void> {
    if (!this.device) return;
    try {
      await navigator.clipboard.writeText(reportText(this.device, navigator.userAgent));
    } catch {
      this.copying = 'refused'; // the report is shown instead
      return;
    }
    this.copying = 'copied';
    this.announcement = msg('The report was copied.');
    setTimeout(() => (this.copying = 'idle'), COPIED_MS);
  }
}

/** Not under the page's policy, because it fetches from any URL the user enters; it reports each to the page. */
function startModelsWorker(): Worker {
  return new Worker(modelsWorkerUrl, { type: 'module', name: NETWORK_CHANNEL });
}

declare global {
  interface HTMLElementTagNameMap {
    'rank1-models-page': ModelsPageElement;
  }
}
