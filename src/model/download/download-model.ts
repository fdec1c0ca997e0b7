/**
 * Downloads a model folder into a store: the manifest, the sizes, every missing file, and finally the stored
 * manifest, which makes it a model. Until then no loader sees it; if interrupted, received data is kept.
 */
import { Semaphore } from '../../base/async.ts';
import { Rank1Error } from '../../base/errors.ts';
import { HttpFolder } from '../http-folder.ts';
import { MANIFEST_FILE, parseManifest, type Manifest } from '../manifest.ts';
import type { ModelStore, StoreFolder } from '../store/model-store.ts';
import { readStoredManifest, storedManifestJson } from '../store/stored-manifest.ts';
import { downloadFile, type FileEvents } from './download-file.ts';
import { JOURNAL_FILE, Journal, type PlannedFile } from './journal.ts';
import type { DownloadTools } from './limits.ts';

export interface DownloadRequest {
  /** absolute URL of the model folder */
  readonly url: string;
  /** name of the model in the store */
  readonly name: string;
  readonly dtype: string;
}

export interface DownloadProgress {
  /** `repeat`: a complete file did not match its checksum and is fetched again */
  readonly stage: 'download' | 'verify' | 'repeat';
  /** received or verified */
  readonly loadedBytes: number;
  readonly totalBytes: number;
}

/** Files every model needs besides its weights. */
const TEXT_FILES = ['config.json', 'tokenizer.json', 'tokenizer_config.json'];
/** Copied if the manifest lists them. */
const OPTIONAL_FILES = ['generation_config.json', 'special_tokens_map.json', 'README.md'];

/** A thousand times a typical manifest. */
const MAX_MANIFEST_BYTES = 16 * 2 ** 20;

/** @throws Rank1Error `network`, `model-not-found`, `model-corrupt`; the signal's reason */
export async function fetchManifest(
  url: string,
  { fetch, limits: { stallMs } }: DownloadTools,
  signal: AbortSignal,
): Promise<Manifest> {
  // The files come from the server itself, so the list of them must, too.
  const folder = new HttpFolder(url, { fetch, cache: 'no-cache', stallMs, maxTextBytes: MAX_MANIFEST_BYTES, signal });
  const text = await folder.readText(MANIFEST_FILE);
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new Rank1Error(
      'model-corrupt',
      `${MANIFEST_FILE} at ${url} is not valid JSON. Convert the model again.`,
      {
        cause: error,
      },
    );
  }
  return parseManifest(json);
}

/**
 * The files of one dtype, small ones first.
 * @throws Rank1Error `model-not-found` if there is no such dtype, `model-corrupt` if a file is not listed
 */
export function plannedFiles(manifest: Manifest, dtype: string): PlannedFile[] {
  const model = manifest.models[dtype];
  if (!model) {
    const offered = Object.keys(manifest.models).join(', ');
    throw new Rank1Error(
      'model-not-found',
      `The model has no ${dtype.slice(0, 20)} version; it offers ${offered}.`,
    );
  }
  const optional = OPTIONAL_FILES.filter((path) => path in manifest.files);
  const paths = new Set([...TEXT_FILES, ...optional, model.onnx, ...model.externalData]);
  return [...paths].map((path) => {
    const file = manifest.files[path];
    if (!file) {
      throw new Rank1Error(
        'model-corrupt',
        `${MANIFEST_FILE} does not list ${path}. Convert the model again.`,
      );
    }
    return { path, ...file };
  });
}

/** Bytes that a download of this dtype would still fetch. */
export async function missingBytes(folder: StoreFolder, manifest: Manifest, dtype: string): Promise<number> {
  const stored = await readStoredManifest(folder);
  const journal = await Journal.peek(folder);
  return plannedFiles(manifest, dtype).reduce((sum, file) => {
    if (isStored(stored, file)) return sum;
    return sum + file.bytes - Math.min(file.bytes, journal?.of(file).done.size ?? 0);
  }, 0);
}

/**
 * Resolves once the model is complete. Files already stored are not fetched again.
 * @throws Rank1Error, or the signal's reason; a later call resumes
 */
export async function downloadModel(
  store: ModelStore,
  { url, name, dtype }: DownloadRequest,
  onProgress: (progress: DownloadProgress) => void,
  signal: AbortSignal,
  tools: DownloadTools,
): Promise<void> {
  const manifest = await fetchManifest(url, tools, signal);
  const files = plannedFiles(manifest, dtype);
  const totalBytes = files.reduce((sum, file) => sum + file.bytes, 0);
  const folder = await store.folder(name);
  const stored = await readStoredManifest(folder);
  const missing = files.filter((file) => !isStored(stored, file));
  const isReplaced = missing.some(({ path }) => stored?.files[path]);
  const journal = await Journal.open(folder);
  try {
    journal.begin({ url, dtype, totalBytes }, files);
    // From here on the stored files match neither manifest: the journal tells what they are.
    if (stored && isReplaced) {
      journal.adopt(stored.files);
      await folder.remove(MANIFEST_FILE);
    }
    const progress = new Progress(totalBytes, files, missing, onProgress);
    await downloadAll(folder, { url, missing, journal, progress, tools }, signal);
  } finally {
    journal.close();
  }
  const kept = stored && !isReplaced ? stored : wholePart(manifest, journal);
  await folder.replace(MANIFEST_FILE, storedManifestJson(kept, manifest, dtype, files, url));
  const listed = new Set([...Object.keys(kept.files), ...files.map(({ path }) => path)]);
  for (const path of journal.paths) if (!listed.has(path)) await folder.remove(path);
  await folder.remove(JOURNAL_FILE);
}

/** The dtypes that are stored whole in the manifest's version, and their files. */
function wholePart(manifest: Manifest, journal: Journal): Pick<Manifest, 'models' | 'files'> {
  const whole = Object.entries(manifest.models).filter(([dtype]) =>
    plannedFiles(manifest, dtype).every((file) => journal.of(file).verified),
  );
  const files = whole.flatMap(([dtype]) => plannedFiles(manifest, dtype));
  return {
    models: Object.fromEntries(whole),
    files: Object.fromEntries(files.map(({ path, ...file }) => [path, file])),
  };
}

interface AllFiles {
  readonly url: string;
  readonly missing: readonly PlannedFile[];
  readonly journal: Journal;
  readonly progress: Progress;
  readonly tools: DownloadTools;
}

async function downloadAll(folder: StoreFolder, all: AllFiles, signal: AbortSignal): Promise<void> {
  const { missing, journal, progress, tools } = all;
  const baseUrl = all.url.endsWith('/') ? all.url : `${all.url}/`;
  const connections = new Semaphore(tools.limits.maxConnections);
  const group = new AbortController();
  const ends = AbortSignal.any([signal, group.signal]);
  const running = missing.map(async (file) => {
    const events = progress.eventsOf(file);
    const url = new URL(file.path, baseUrl).href;
    await downloadFile(folder, { url, file, journal, connections, tools, events }, ends);
  });
  // The first failure aborts the others; its error is thrown once all have closed their files.
  await Promise.all(running.map((file) => file.catch((error: unknown) => group.abort(error))));
  ends.throwIfAborted();
}

function isStored(stored: Manifest | null, file: PlannedFile): boolean {
  return stored?.files[file.path]?.sha256 === file.sha256;
}

/** Sums progress over files; the stage is `verify` once every byte has been received. */
class Progress {
  readonly #arrived = new Map<string, number>();
  readonly #verified = new Map<string, number>();
  #repeats = false;

  readonly #totalBytes: number;
  readonly #onProgress: (progress: DownloadProgress) => void;

  constructor(
    totalBytes: number,
    files: readonly PlannedFile[],
    missing: readonly PlannedFile[],
    onProgress: (progress: DownloadProgress) => void,
  ) {
    this.#totalBytes = totalBytes;
    this.#onProgress = onProgress;
    for (const file of files) {
      const bytes = missing.includes(file) ? 0 : file.bytes;
      this.#arrived.set(file.path, bytes);
      this.#verified.set(file.path, bytes);
    }
  }

  eventsOf({ path }: PlannedFile): FileEvents {
    const note = (counts: Map<string, number>) => (bytes: number) => {
      counts.set(path, bytes);
      this.#report();
    };
    const onRepeat = (): void => {
      this.#repeats = true;
    };
    return { onBytes: note(this.#arrived), onVerified: note(this.#verified), onRepeat };
  }

  #report(): void {
    const arrived = sum(this.#arrived);
    const totalBytes = this.#totalBytes;
    if (arrived === totalBytes)
      this.#onProgress({ stage: 'verify', loadedBytes: sum(this.#verified), totalBytes });
    else this.#onProgress({ stage: this.#repeats ? 'repeat' : 'download', loadedBytes: arrived, totalBytes });
  }
}

function sum(counts: ReadonlyMap<string, number>): number {
  return [...counts.values()].reduce((total, count) => total + count, 0);
}
