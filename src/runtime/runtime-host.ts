/** What the runtime takes from where it runs, so that it is the same in a browser's worker and in a thread of Node. */
import type * as OrtModule from 'onnxruntime-web/webgpu';
import type { CpuDevice, Device } from '../protocol/rerank-api.ts';

/** The API of ONNX Runtime: onnxruntime-web and onnxruntime-node share it. */
export type Ort = typeof OrtModule;

export interface RuntimeHost {
  /** null where there is no WebGPU */
  readonly gpu: GPU | null;
  /** The CPU device that `auto` takes where there is no GPU worth using. */
  readonly cpu: CpuDevice;
  /** Memory of the machine in GiB; undefined where it is unknown. */
  readonly memoryGib: number | undefined;
  /** The build of ONNX Runtime for a device, ready for use. @throws Rank1Error `network` or `device-unavailable` */
  importOrt(device: Device): Promise<Ort>;
}
