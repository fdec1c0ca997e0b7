/** Our engine's fastest layout: right-padded rows, and the greedy choice inside the graph. */
import type { Tensor } from 'onnxruntime-web/webgpu';
import { assert } from '../base/assert.ts';
import { ONNX_INPUTS, ONNX_OUTPUTS } from '../model/onnx-io.ts';
import type { GraphLayout, LayoutOptions, LayoutOutput } from './graph-layout.ts';
import type { TensorMap } from './kv-cache.ts';
import type { Ort } from './runtime-host.ts';
import type { StepInputs } from './step-inputs.ts';

export class Rank1Layout implements GraphLayout {
  readonly maxPrefillRows = Infinity;
  readonly fetches: GraphLayout['fetches'];
  readonly #ort: Ort;
  readonly #watchedTokenIds: Tensor;

  constructor(ort: Ort, { watchedTokenIds, readsLogits = false }: LayoutOptions) {
    this.#ort = ort;
    this.fetches = {
      [ONNX_OUTPUTS.nextTokenIds]: null,
      [ONNX_OUTPUTS.watchedLogits]: null,
      ...(readsLogits && { [ONNX_OUTPUTS.logits]: null }),
    };
    this.#watchedTokenIds = this.#int32(Int32Array.from(watchedTokenIds), [watchedTokenIds.length]);
  }

  feeds(inputs: StepInputs): TensorMap {
    return {
      [ONNX_INPUTS.inputIds]: this.#int32(inputs.inputIds, [inputs.numRows, inputs.numTokensPerRow]),
      [ONNX_INPUTS.seqlensK]: this.#int32(inputs.seqlensK, [inputs.numRows]),
      [ONNX_INPUTS.totalSequenceLength]: this.#int32(Int32Array.of(inputs.totalSequenceLength), [1]),
      [ONNX_INPUTS.lastIndex]: this.#int32(inputs.lastIndex, [inputs.lastIndex.length]),
      [ONNX_INPUTS.watchedTokenIds]: this.#watchedTokenIds,
    };
  }

  async read(outputs: TensorMap): Promise<LayoutOutput> {
    const nextTokenIds = outputs[ONNX_OUTPUTS.nextTokenIds];
    const watched = outputs[ONNX_OUTPUTS.watchedLogits];
    assert(nextTokenIds && watched, 'the graph returns ids and watched logits');
    const tokenIds = (await nextTokenIds.getData()) as Int32Array;
    const watchedLogits = (await watched.getData()) as Float32Array;
    const logits = (await outputs[ONNX_OUTPUTS.logits]?.getData()) as Float32Array | undefined;
    const numBytes = tokenIds.byteLength + watchedLogits.byteLength + (logits?.byteLength ?? 0);
    return { tokenIds, watchedLogits, numBytes, ...(logits && { logits }) };
  }

  #int32(data: Int32Array, dims: readonly number[]): Tensor {
    return new this.#ort.Tensor('int32', data, dims);
  }
}
