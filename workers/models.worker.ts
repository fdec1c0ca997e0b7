/**
 * Composition root of the worker that stores models: stores, download, conversion. No logic. The worker's name, if any,
 * is the channel on which it reports its fetches to the page.
 */
import { convertFiles, convertHosted } from '../src/convert/browser/convert-files.ts';
import type { ConvertDtype, ConvertProgress } from '../src/convert/convert-options.ts';
import { DOWNLOAD_TOOLS } from '../src/model/download/limits.ts';
import { MemoryStore } from '../src/model/store/memory-store.ts';
import { OpfsStore } from '../src/model/store/opfs-store.ts';
import type { ModelStoreApi } from '../src/protocol/model-store-api.ts';
import { reportFetches } from '../src/protocol/network-report.ts';
import { answerCalls } from '../src/protocol/worker-calls.ts';
import { reportDevice } from '../src/runtime/device-report.ts';
import { ModelStoreService } from '../src/service/models/model-store-service.ts';

const opening = OpfsStore.open().then(
  (disk) =>
    new ModelStoreService({
      disk,
      memory: new MemoryStore(),
      tools: DOWNLOAD_TOOLS,
      device: () => reportDevice(disk !== null),
      convert: async ({ name, dtype, source }, onProgress, signal) => {
        const report = ({ bytes, totalBytes }: ConvertProgress): void =>
          onProgress({ stage: 'convert', loadedBytes: bytes, totalBytes });
        const warnings: string[] = [];
        const onWarning = (message: string) => void warnings.push(message);
        const options = { dtype: dtype as ConvertDtype, onProgress: report, onWarning, signal };
        if ('url' in source) await convertHosted(source.url, name, options);
        else await convertFiles(source.files, name, options);
        return warnings;
      },
    }),
);

/** Calls made before the storage is open wait for it. */
const api: ModelStoreApi = {
  device: async () => (await opening).device(),
  catalogue: async () => (await opening).catalogue(),
  inspect: async (url) => (await opening).inspect(url),
  nameFor: async (wanted) => (await opening).nameFor(wanted),
  download: async (...call) => (await opening).download(...call),
  convert: async (...call) => (await opening).convert(...call),
  keep: async (...call) => (await opening).keep(...call),
  pause: async (name) => (await opening).pause(name),
  list: async () => (await opening).list(),
  files: async (name) => (await opening).files(name),
  remove: async (name) => (await opening).remove(name),
  removeAll: async () => (await opening).removeAll(),
};

if (self.name) reportFetches(self.name);
answerCalls(api);
