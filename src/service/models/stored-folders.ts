/** Contents of the stores' folders: models, unfinished downloads, and leftovers of interrupted operations. */
import { Journal } from '../../model/download/journal.ts';
import type { Manifest } from '../../model/manifest.ts';
import type { ModelStore } from '../../model/store/model-store.ts';
import { readStoredManifest, readStoredSource, sourceOf } from '../../model/store/stored-manifest.ts';
import { storedModelAddress } from '../../model/stored-models.ts';
import type { StoredModel } from '../../protocol/model-store-api.ts';

export class StoredFolders {
  readonly #disk: ModelStore | null;
  readonly #memory: ModelStore;

  constructor(disk: ModelStore | null, memory: ModelStore) {
    this.#disk = disk;
    this.#memory = memory;
  }

  async all(): Promise<readonly { readonly store: ModelStore; readonly name: string }[]> {
    const found = [];
    for (const store of [this.#disk, this.#memory]) {
      for (const name of (await store?.names()) ?? []) found.push({ store: store!, name });
    }
    return found;
  }

  /** Names of models and resumable downloads; other folders may be overwritten. */
  async takenNames(): Promise<readonly string[]> {
    const taken = [];
    for (const { store, name } of await this.all()) {
      const folder = await store.folder(name);
      if ((await readStoredManifest(folder)) ?? (await Journal.peek(folder))) taken.push(name);
    }
    return taken;
  }

  async describe(store: ModelStore, name: string): Promise<StoredModel> {
    const folder = await store.folder(name);
    const manifest = await readStoredManifest(folder);
    const journal = await Journal.peek(folder);
    const { header = null, doneBytes = 0, allBytes = 0 } = journal ?? {};
    const whole = Object.values(manifest?.files ?? {}).reduce((sum, file) => sum + file.bytes, 0);
    return {
      name,
      address: store.kind === 'disk' ? storedModelAddress(name) : null,
      dtypes: Object.keys(manifest?.models ?? {}),
      bytes: manifest || header ? whole + allBytes : await folder.bytes(),
      storage: store.kind,
      unfinished: header && { ...header, loadedBytes: doneBytes },
    };
  }

  /** Name under which the model from an address is stored or being downloaded. */
  async findSource(address: string): Promise<string | null> {
    const store = this.#disk ?? this.#memory;
    for (const name of await store.names()) {
      const folder = await store.folder(name);
      const source = (await readStoredSource(folder)) ?? (await Journal.peek(folder))?.header?.url;
      if (source && sourceOf(source) === sourceOf(address)) return name;
    }
    return null;
  }

  /** A model with exactly the same files, if possible one whose manifest says the same of them. */
  async findSame(
    store: ModelStore,
    manifest: Manifest,
  ): Promise<{ readonly name: string; readonly isCurrent: boolean } | null> {
    let outdated: string | null = null;
    for (const name of await store.names()) {
      const stored = await readStoredManifest(await store.folder(name));
      if (!hasSameFiles(stored, manifest)) continue;
      if (settingsOf(stored) === settingsOf(manifest)) return { name, isCurrent: true };
      outdated ??= name;
    }
    return outdated === null ? null : { name: outdated, isCurrent: false };
  }
}

export function hasSameFiles(stored: Manifest | null, { files }: Manifest): stored is Manifest {
  return stored !== null && fingerprint(stored.files) === fingerprint(files);
}

function fingerprint(files: Manifest['files']): string {
  return JSON.stringify(
    Object.entries(files)
      .map(([path, { sha256 }]) => `${path} ${sha256}`)
      .sort(),
  );
}

/** All but the files. A download writes the dtypes in the order in which they came. */
function settingsOf({ files: _files, models, ...settings }: Manifest): string {
  const sorted = Object.entries(models).sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([sorted, settings]);
}

/** From the last significant parts of the address: `jhu-clsp/rank1-0.5b/resolve/main/` becomes `rank1-0.5b`. */
export function proposeName(url: string): string {
  const parts = new URL(url).pathname.split('/').filter(Boolean);
  const resolve = parts.indexOf('resolve');
  const revision = resolve > 0 ? parts[resolve + 1] : undefined;
  const last = (resolve > 0 ? parts[resolve - 1] : parts.at(-1)) ?? 'model';
  const suffix = revision && revision !== 'main' ? `-${revision.slice(0, 12)}` : '';
  return cleanName(`${last}${suffix}`);
}

/** Turns a user's or a folder's name into a single path and URL segment. */
export function cleanName(wanted: string): string {
  const name = wanted
    .toLowerCase()
    .replace(/[^a-z0-9._-]+/g, '-')
    .replace(/^[^a-z0-9]+/, '');
  return name.slice(0, 100) || 'model';
}

/** `name`, or `name-2`, `name-3`, … if it is taken. */
export function freeName(name: string, taken: ReadonlySet<string>): string {
  let free = name;
  for (let nth = 2; taken.has(free); nth++) free = `${name}-${nth}`;
  return free;
}
