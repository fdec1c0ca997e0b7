/**
 * Our engine's fastest layouts: right-padded rows, and the greedy choice inside the graph (`rank1`), or the logits of a
 * model's answers and nothing else (`scores`).
 */
import type { Tensor } from 'onnxruntime-web/webgpu';
import { assert } from '../base/assert.ts';
import { Rank1Error } from '../base/errors.ts';
import type { ManifestModel } from '../model/manifest.ts';
import { ONNX_INPUTS, ONNX_OUTPUTS } from '../model/onnx-io.ts';
import type { GraphLayout, LayoutOptions, LayoutOutput } from './graph-layout.ts';
import type { TensorMap } from './kv-cache.ts';
import type { Ort } from './runtime-host.ts';
import type { StepInputs } from './step-inputs.ts';

export class Rank1Layout implements GraphLayout {
  readonly maxPrefillRows = Infinity;
  readonly fetches: GraphLayout['fetches'];
  readonly #ort: Ort;
  /** null where the graph knows them */
  readonly #watchedTokenIds: Tensor | null;

  /**
   * @param answerTokenIds of the layout `scores`
   * @throws Rank1Error `model-corrupt` if the graph answers with other tokens than those watched
   */
  constructor(
    ort: Ort,
    { watchedTokenIds, readsLogits = false }: LayoutOptions,
    answerTokenIds: ManifestModel['answerTokenIds'] = undefined,
  ) {
    this.#ort = ort;
    this.fetches = {
      ...(!answerTokenIds && { [ONNX_OUTPUTS.nextTokenIds]: null }),
      [ONNX_OUTPUTS.watchedLogits]: null,
      ...(readsLogits && { [ONNX_OUTPUTS.logits]: null }),
    };
    if (answerTokenIds && String(answerTokenIds) !== String(watchedTokenIds)) {
      throw new Rank1Error(
        'model-corrupt',
        `The model's graph answers with the tokens ${String(answerTokenIds)}, and its profile with ${String(watchedTokenIds)}. Convert it again with that profile.`,
      );
    }
    this.#watchedTokenIds = answerTokenIds
      ? null
      : this.#int32(Int32Array.from(watchedTokenIds), [watchedTokenIds.length]);
  }

  feeds(inputs: StepInputs): TensorMap {
    return {
      [ONNX_INPUTS.inputIds]: this.#int32(inputs.inputIds, [inputs.numRows, inputs.numTokensPerRow]),
      [ONNX_INPUTS.seqlensK]: this.#int32(inputs.seqlensK, [inputs.numRows]),
      [ONNX_INPUTS.totalSequenceLength]: this.#int32(Int32Array.of(inputs.totalSequenceLength), [1]),
      [ONNX_INPUTS.lastIndex]: this.#int32(inputs.lastIndex, [inputs.lastIndex.length]),
      ...(this.#watchedTokenIds && { [ONNX_INPUTS.watchedTokenIds]: this.#watchedTokenIds }),
    };
  }

  async read(outputs: TensorMap, { lastIndex }: StepInputs): Promise<LayoutOutput> {
    const nextTokenIds = outputs[ONNX_OUTPUTS.nextTokenIds];
    const watched = outputs[ONNX_OUTPUTS.watchedLogits];
    assert(watched, 'the graph returns watched logits');
    // Without a next token any will do: the answers' logits end the row.
    const tokenIds = (await nextTokenIds?.getData()) as Int32Array | undefined;
    const watchedLogits = (await watched.getData()) as Float32Array;
    const logits = (await outputs[ONNX_OUTPUTS.logits]?.getData()) as Float32Array | undefined;
    const numBytes = (tokenIds?.byteLength ?? 0) + watchedLogits.byteLength + (logits?.byteLength ?? 0);
    return {
      tokenIds: tokenIds ?? new Int32Array(lastIndex.length),
      watchedLogits,
      numBytes,
      ...(logits && { logits }),
    };
  }

  #int32(data: Int32Array, dims: readonly number[]): Tensor {
    return new this.#ort.Tensor('int32', data, dims);
  }
}
