/** Creates an InferenceSession from a model's files. The caller releases it. */
import type { InferenceSession } from 'onnxruntime-web/webgpu';
import { errorMessage, isRank1Error, Rank1Error } from '../base/errors.ts';
import { namingRefusals } from '../base/policy-refusal.ts';
import type { ModelFiles } from '../model/model-files.ts';
import { readBlob } from '../model/model-folder.ts';
import { runtimeMissing, type OrtRuntime } from './ort.ts';

export interface SessionFiles extends Pick<ModelFiles, 'onnx' | 'externalData'> {
  /** The graph is written with the runtime's fused operators: its optimizer would only take time. */
  readonly isOptimized?: boolean;
}

/**
 * @param gpuDevice the device the session runs on; null for the CPU
 * @throws Rank1Error `out-of-memory`; `storage` if the weights have gone since they were opened; `network` if the
 *   runtime's own files are missing; if the graph is rejected, `model-corrupt` on the CPU and `device-unavailable` on a
 *   GPU, whose limits may equally be the reason: a retry on the CPU tells which
 */
export async function createSession(
  runtime: OrtRuntime,
  files: SessionFiles,
  gpuDevice: GPUDevice | null,
): Promise<InferenceSession> {
  const options: InferenceSession.SessionOptions = {
    executionProviders: gpuDevice
      ? [{ name: 'webgpu', device: gpuDevice, validationMode: 'disabled' }]
      : ['cpu'],
    graphOptimizationLevel: files.isOptimized ? 'disabled' : 'all',
    externalData: files.externalData.map(({ path, data }) => ({ path, data })),
    ...(runtime.numNativeThreads && { intraOpNumThreads: runtime.numNativeThreads }),
  };
  try {
    return await runtime.exclusive(() =>
      namingRefusals(null, () => runtime.ort.InferenceSession.create(files.onnx, options)),
    );
  } catch (error) {
    if (isRank1Error(error)) throw error;
    // The runtime reads Blobs itself, and reports a missing one as a damaged graph.
    for (const { path, data } of files.externalData) {
      if (data instanceof Blob) await readBlob(path, data.slice(0, 1));
    }
    const message = errorMessage(error);
    if (/memory|alloc/i.test(message)) {
      throw new Rank1Error(
        'out-of-memory',
        'The model does not fit into the memory of this device. Close other tabs and programs, or take a smaller model or dtype.',
        { cause: error },
      );
    }
    if (/no available backend/i.test(message)) throw await runtimeMissing(error);
    if (gpuDevice) {
      throw new Rank1Error(
        'device-unavailable',
        `The GPU does not run the model's graph (${message.slice(0, 200)}). Choose the device "wasm", or a smaller model or dtype.`,
        { cause: error },
      );
    }
    throw new Rank1Error(
      'model-corrupt',
      `The runtime cannot read the model's graph (${message.slice(0, 200)}). Convert or download the model again.`,
      { cause: error },
    );
  }
}
