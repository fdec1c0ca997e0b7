/**
 * The transformers.js layout on our engine: int64 inputs, and logits instead of a choice, so V values per row come back
 * from the device where the rank1 layout returns one id. Attention takes the lengths from the mask: `seqlens_k` is a
 * row's sum - 1, the total its width. So right-padded rows of different lengths decode in one batch, which
 * transformers.js itself, padding on the left, cannot do. A prefill runs one row at a time: with several, logits would
 * have to be computed for all their tokens to get the last of each.
 */
import type { Tensor } from 'onnxruntime-web/webgpu';
import { assert } from '../base/assert.ts';
import { TRANSFORMERSJS_INPUTS, TRANSFORMERSJS_LOGITS } from '../model/onnx-io.ts';
import type { GraphLayout, LayoutOptions, LayoutOutput } from './graph-layout.ts';
import type { TensorMap } from './kv-cache.ts';
import type { Ort } from './runtime-host.ts';
import type { StepInputs } from './step-inputs.ts';

export class TransformersJsLayout implements GraphLayout {
  readonly maxPrefillRows = 1;
  readonly fetches = { [TRANSFORMERSJS_LOGITS]: null };
  readonly #ort: Ort;
  readonly #watchedTokenIds: readonly number[];
  readonly #readsLogits: boolean;

  constructor(ort: Ort, { watchedTokenIds, readsLogits = false }: LayoutOptions) {
    this.#ort = ort;
    this.#watchedTokenIds = watchedTokenIds;
    this.#readsLogits = readsLogits;
  }

  feeds({
    numRows,
    numTokensPerRow,
    inputIds,
    seqlensK,
    totalSequenceLength,
    lastIndex,
  }: StepInputs): TensorMap {
    const isDecode = numTokensPerRow === 1;
    assert(isDecode || numRows === 1, 'a prefill has one row');
    // Rows are right-padded, so the first logits to read are this far from the end.
    const numLogitsToKeep = isDecode ? 1 : numTokensPerRow - (lastIndex[0] ?? 0);
    const mask = new BigInt64Array(numRows * totalSequenceLength);
    // The graph reads only a row's sum; a kernel may want fewer columns than there are tokens.
    seqlensK.forEach((last, row) => (mask[row * totalSequenceLength] = BigInt(last) + 1n));
    return {
      [TRANSFORMERSJS_INPUTS.inputIds]: this.#int64(BigInt64Array.from(inputIds, BigInt), [
        numRows,
        numTokensPerRow,
      ]),
      [TRANSFORMERSJS_INPUTS.attentionMask]: this.#int64(mask, [numRows, totalSequenceLength]),
      [TRANSFORMERSJS_INPUTS.positionIds]: this.#int64(new BigInt64Array(inputIds.length), [
        numRows,
        numTokensPerRow,
      ]),
      [TRANSFORMERSJS_INPUTS.numLogitsToKeep]: this.#int64(BigInt64Array.of(BigInt(numLogitsToKeep)), []),
    };
  }

  async read(outputs: TensorMap, { numRows, numTokensPerRow, lastIndex }: StepInputs): Promise<LayoutOutput> {
    const tensor = outputs[TRANSFORMERSJS_LOGITS];
    assert(tensor?.dims.length === 3, 'the graph returns logits [B, L, V]');
    const [, numKept = 0, vocabSize = 0] = tensor.dims;
    const logits = (await tensor.getData()) as Float32Array;
    // The first token kept is the last real one: of the single prefill row, or of every decode row.
    const rows = numTokensPerRow === 1 ? [...lastIndex] : [0];
    assert(
      rows.every((row) => row < numRows),
      'every row that is read was run',
    );
    const numWatched = this.#watchedTokenIds.length;
    const tokenIds = new Int32Array(rows.length);
    const watchedLogits = new Float32Array(rows.length * numWatched);
    const read = this.#readsLogits ? new Float32Array(rows.length * vocabSize) : undefined;
    rows.forEach((row, r) => {
      const start = row * numKept * vocabSize;
      const rowLogits = logits.subarray(start, start + vocabSize);
      tokenIds[r] = greedyTokenId(rowLogits);
      read?.set(rowLogits, r * vocabSize);
      this.#watchedTokenIds.forEach((id, w) => (watchedLogits[r * numWatched + w] = rowLogits[id] ?? NaN));
    });
    return { tokenIds, watchedLogits, numBytes: logits.byteLength, ...(read && { logits: read }) };
  }

  #int64(data: BigInt64Array, dims: readonly number[]): Tensor {
    return new this.#ort.Tensor('int64', data, dims);
  }
}

/** The lowest id of the largest logit; V if any is NaN, as in the rank1 graph. */
function greedyTokenId(logits: Float32Array): number {
  let best = 0;
  for (let id = 0; id < logits.length; id++) {
    const logit = logits[id]!;
    if (Number.isNaN(logit)) return logits.length;
    if (logit > logits[best]!) best = id;
  }
  return best;
}
