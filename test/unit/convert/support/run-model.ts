/** Runs a converted model with onnxruntime-web's CPU build, the way the engine's WASM fallback does. */
import * as ort from 'onnxruntime-web/wasm';
import { ONNX_INPUTS, ONNX_OUTPUTS, pastName, presentName } from '../../../../src/model/onnx-io.ts';
import { parseManifest } from '../../../../src/model/manifest.ts';
import { parseModelSpec, type ModelSpec } from '../../../../src/model/model-spec.ts';
import type { MemoryOutput } from './memory-folder.ts';

ort.env.wasm.numThreads = 1;

export interface StepResult {
  /** [R, V] */
  readonly logits: Float32Array;
  readonly nextTokenIds: Int32Array;
  /** [R, W] for the watched ids 3 and 5 */
  readonly watchedLogits: Float32Array;
}

export const WATCHED = [3, 5] as const;

export class RunningModel {
  #cache: Record<string, ort.Tensor> = {};

  readonly session: ort.InferenceSession;
  readonly spec: ModelSpec;
  readonly #kvDtype: 'float32' | 'float16';

  private constructor(session: ort.InferenceSession, spec: ModelSpec, kvDtype: 'float32' | 'float16') {
    this.session = session;
    this.spec = spec;
    this.#kvDtype = kvDtype;
  }

  static async load(output: MemoryOutput): Promise<RunningModel> {
    const manifest = parseManifest(JSON.parse(output.text('rank1.json')));
    const [model] = Object.values(manifest.models);
    const externalData = model!.externalData.map((path) => ({
      path: path.slice(path.lastIndexOf('/') + 1),
      data: output.files.get(path)!,
    }));
    const session = await ort.InferenceSession.create(output.files.get(model!.onnx)!, { externalData });
    return new RunningModel(session, parseModelSpec(JSON.parse(output.text('config.json'))), model!.kvDtype);
  }

  /** Empties the cache. @param capacity tokens a row can hold */
  reset(rows: number, capacity: number): void {
    const { numLayers, numKeyValueHeads, headDim } = this.spec;
    const dims = [rows, numKeyValueHeads, capacity, headDim];
    const size = dims.reduce((product, dim) => product * dim, 1);
    for (let layer = 0; layer < numLayers; layer++) {
      for (const part of ['key', 'value'] as const) {
        const data = this.#kvDtype === 'float32' ? new Float32Array(size) : new Uint16Array(size);
        this.#cache[pastName(layer, part)] = new ort.Tensor(this.#kvDtype, data, dims);
      }
    }
  }

  /**
   * One call on the `rank1` layout.
   * @param rows token ids of each row, all padded on the right to one length
   * @param past tokens each row has in the cache
   * @param lastIndex flat indices that are read
   */
  async step(
    rows: readonly (readonly number[])[],
    past: readonly number[],
    lastIndex: readonly number[],
  ): Promise<StepResult> {
    const length = rows[0]!.length;
    const ends = past.map((tokens) => tokens + length);
    const outputs = await this.session.run({
      [ONNX_INPUTS.inputIds]: int32(rows.flat(), [rows.length, length]),
      [ONNX_INPUTS.seqlensK]: int32(
        ends.map((end) => end - 1),
        [rows.length],
      ),
      [ONNX_INPUTS.totalSequenceLength]: int32([Math.max(...ends)], [1]),
      [ONNX_INPUTS.lastIndex]: int32(lastIndex, [lastIndex.length]),
      [ONNX_INPUTS.watchedTokenIds]: int32(WATCHED, [WATCHED.length]),
      ...this.#cache,
    });
    for (let layer = 0; layer < this.spec.numLayers; layer++) {
      for (const part of ['key', 'value'] as const) {
        this.#cache[pastName(layer, part)] = outputs[presentName(layer, part)]!;
      }
    }
    return {
      logits: outputs[ONNX_OUTPUTS.logits]!.data as Float32Array,
      nextTokenIds: outputs[ONNX_OUTPUTS.nextTokenIds]!.data as Int32Array,
      watchedLogits: outputs[ONNX_OUTPUTS.watchedLogits]!.data as Float32Array,
    };
  }

  async release(): Promise<void> {
    await this.session.release();
  }
}

export function int32(values: readonly number[], dims: readonly number[]): ort.Tensor {
  return new ort.Tensor('int32', Int32Array.from(values), [...dims]);
}
