/** What the runtime needs from its environment, a browser's worker or a Node thread. */
import type * as OrtModule from 'onnxruntime-web/webgpu';
import type { CpuDevice, Device } from '../protocol/rerank-api.ts';

/** The ONNX Runtime API that onnxruntime-web and onnxruntime-node share. */
export type Ort = typeof OrtModule;

export interface RuntimeHost {
  /** null if there is no WebGPU */
  readonly gpu: GPU | null;
  /** The CPU device that `auto` falls back to without a usable GPU. */
  readonly cpu: CpuDevice;
  /** Memory of the machine in GiB; undefined if unknown. */
  readonly memoryGib: number | undefined;
  /** of a session of native code; undefined: all cores. WASM's are the runtime's own. */
  readonly numNativeThreads?: number | undefined;
  /** The initialized ONNX Runtime build for a device; started once. @throws Rank1Error `network` or `device-unavailable` */
  importOrt(device: Device): Promise<Ort>;
}
