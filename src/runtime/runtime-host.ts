/** What the runtime needs from its environment, a browser's worker or a Node thread. */
import type * as OrtModule from 'onnxruntime-web/webgpu';
import type { CpuDevice, Device } from '../protocol/rerank-api.ts';

/** The ONNX Runtime API that onnxruntime-web and onnxruntime-node share. */
export type Ort = typeof OrtModule;

/** The devices that onnxruntime-web runs on; `cpu` is native code, which decodes in our own memory. */
export type WebDevice = Exclude<Device, 'cpu'>;

export interface RuntimeHost {
  /** null if there is no WebGPU */
  readonly gpu: GPU | null;
  /** The CPU device that `auto` falls back to without a usable GPU. */
  readonly cpu: CpuDevice;
  /** Memory of the machine in GiB; undefined if unknown. */
  readonly memoryGib: number | undefined;
  /** of a session of native code; undefined: all cores. WASM's are the runtime's own. */
  readonly numNativeThreads?: number | undefined;
  /** The initialized onnxruntime-web build for a device; started once. @throws Rank1Error `network` or `access-denied` */
  importOrt(device: WebDevice): Promise<Ort>;
  /** ONNX Runtime in native code; undefined in a browser. @throws Rank1Error `device-unavailable` */
  importNative?(): Promise<Ort>;
}
