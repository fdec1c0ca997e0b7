/** The download and the loader in a worker of a real browser, on the origin private file system. */
import { expose } from 'comlink';
import { downloadModel } from '../../src/model/download/download-model.ts';
import { DOWNLOAD_TOOLS, type DownloadLimits } from '../../src/model/download/limits.ts';
import { OpfsStore } from '../../src/model/store/opfs-store.ts';
import { readStoredManifest } from '../../src/model/store/stored-manifest.ts';
import { installTransferHandlers } from '../../src/protocol/transfer-handlers.ts';
import { readHostileFolders, smallFolder, type HostileOutcome } from '../fakes/hostile-folders.ts';

const FILES = ['rank1.json', 'config.json', 'tokenizer.json', 'tokenizer_config.json'];

const harness = {
  /** @returns whether the store holds a whole model now, and the message of what went wrong */
  async download(
    url: string,
    limits: Partial<DownloadLimits>,
  ): Promise<{ readonly whole: boolean; readonly error: string | null }> {
    const store = (await OpfsStore.open())!;
    const tools = { ...DOWNLOAD_TOOLS, limits: { ...DOWNLOAD_TOOLS.limits, ...limits } };
    const request = { url, name: 'm', dtype: 'q4' };
    const { signal } = new AbortController();
    const error = await downloadModel(store, request, () => undefined, signal, tools).then(
      () => null,
      (thrown: unknown) => String((thrown as Error).message),
    );
    const whole = (await readStoredManifest(await store.folder('m'))) !== null;
    await store.remove('m');
    return { whole, error };
  },

  async readHostileFolders(demoUrl: string, numCases: number): Promise<HostileOutcome> {
    const read = async (path: string) => [path, await (await fetch(new URL(path, demoUrl))).json()] as const;
    const whole = smallFolder(Object.fromEntries(await Promise.all(FILES.map(read))));
    console.warn = () => undefined; // the tokenizer's library tells of what it does not know
    return readHostileFolders(whole, numCases);
  },
};

export type ModelsHarness = typeof harness;

installTransferHandlers();
expose(harness);
