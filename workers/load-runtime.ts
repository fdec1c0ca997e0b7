/** Chooses device and model version, and assembles files, tokenizer and runtime into what the service needs. */
import { expandModel } from '../src/convert/expand/expand-model.ts';
import { chooseVersion, type DeviceAbilities } from '../src/model/choose-version.ts';
import type { Manifest } from '../src/model/manifest.ts';
import { readManifest, readModelFiles } from '../src/model/model-files.ts';
import type { ModelFolder } from '../src/model/model-folder.ts';
import { openModelFolder } from '../src/model/stored-models.ts';
import type { LoadOptions, LoadProgress } from '../src/protocol/rerank-api.ts';
import { browserHost, type OrtAssets } from '../src/runtime/browser-host.ts';
import { probeDevice } from '../src/runtime/gpu-device.ts';
import { ModelRuntime } from '../src/runtime/model-runtime.ts';
import { loadOrt } from '../src/runtime/ort.ts';
import type { RuntimeHost } from '../src/runtime/runtime-host.ts';
import type { LoadedRuntime, LoadRuntime } from '../src/service/rerank/loaded-runtime.ts';
import { readTokenizer } from '../src/service/rerank/read-tokenizer.ts';
import { warmedUp } from '../src/service/rerank/warm-up.ts';

/** What differs between a browser and Node. */
export interface Surroundings {
  openFolder(options: LoadOptions): Promise<ModelFolder>;
  openHost(options: LoadOptions, onStage: (stage: LoadProgress['stage']) => void): Promise<RuntimeHost>;
}

/** @param defaultAssets the runtime's files if the caller gives no `assetsUrl` */
export function inBrowser(defaultAssets: OrtAssets): Surroundings {
  return {
    openFolder: ({ model, modelFiles }) => openModelFolder(model, modelFiles),
    openHost: ({ assetsUrl, numThreads }, onStage) =>
      Promise.resolve(browserHost(assetsUrl ?? defaultAssets, { numThreads, onStage })),
  };
}

export function loadRuntimeWith({ openFolder, openHost }: Surroundings): LoadRuntime {
  return async (options, onProgress) => {
    const folder = await openFolder(options);
    let bytes = { loadedBytes: 0, totalBytes: 0 };
    const onStage = (stage: LoadProgress['stage']) => onProgress({ stage, ...bytes });
    const host = await openHost(options, onStage);
    const probe = await probeDevice(options.device, host);
    // Beside the download; if it fails, the load does when it needs the runtime.
    const starting = loadOrt(probe.device, host).catch(() => undefined);
    const cpu: DeviceAbilities = { device: host.cpu, float16: false, maxTensorBytes: Infinity };
    const devices = options.device === 'auto' ? [probe, cpu] : [probe];
    const choose = (manifest: Manifest) => chooseVersion(manifest, options.dtype, devices);
    const dtype = (manifest: Manifest) => choose(manifest)?.dtype ?? options.dtype;
    const manifest = readManifest(folder);
    const onBytes = (loadedBytes: number, totalBytes: number) => {
      bytes = { loadedBytes, totalBytes };
      onStage('download');
    };
    const reading = readModelFiles(folder, dtype, onBytes, manifest);
    const tokenizing = readTokenizer(folder, manifest);
    tokenizing.catch(() => undefined); // what is wrong with the model itself is told first
    const files = await reading;
    const tokenizer = await tokenizing;
    await starting; // until then the page watches over a start that hangs
    onStage('session');
    const refusal = choose(files.manifest)?.refusal ?? null;
    const { arithmetic: preference = 'auto' } = options;
    const device = refusal === null ? options.device : host.cpu;
    const runtime = await ModelRuntime.load(device, files, host, (read, chosen) =>
      expandModel(read, { preference, ...chosen }),
    );
    const loaded: LoadedRuntime = {
      device: runtime.device,
      deviceReason: refusal === null ? runtime.deviceReason : `${refusal} So the CPU is used.`,
      deviceCause: refusal === null ? runtime.deviceCause : { code: 'version' },
      dtype: files.dtype,
      arithmetic: runtime.plan.arithmetic,
      arithmeticCause: runtime.plan.cause,
      arithmeticReason: runtime.plan.reason,
      spec: files.spec,
      defaultMaxNewTokens: files.manifest.defaultMaxNewTokens,
      tokenizer,
      profile: files.manifest.profile,
      createRunner: (runnerOptions) => runtime.createRunner(runnerOptions),
      dispose: () => runtime.dispose(),
    };
    // On a CPU and on a software adapter a warm-up takes as long as it saves, or longer (measured).
    const isUseful = probe.device === 'webgpu' && !probe.software;
    return (options.warmUp ?? isUseful) ? warmedUp(loaded, onProgress) : loaded;
  };
}
