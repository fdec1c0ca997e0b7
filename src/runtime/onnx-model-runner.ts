/**
 * Implements the engine's ModelRunner on an ONNX Runtime session: plan to tensors, one run, and back across
 * the boundary only the greedy id and the watched logits of each row. Owns the KV cache; the session belongs
 * to whoever created it.
 */
import type { InferenceSession, Tensor } from 'onnxruntime-web/webgpu';
import { assert } from '../assert.ts';
import { Rank1Error, errorMessage } from '../errors.ts';
import type { ModelRunner, StepOutput, StepPlan } from '../engine/model-runner.ts';
import { ONNX_INPUTS, ONNX_OUTPUTS } from '../model/onnx-io.ts';
import type { KvBinding, KvCache, TensorMap } from './kv-cache.ts';
import type { OrtRuntime } from './ort.ts';
import { decodeInputs, prefillInputs, type StepInputs } from './step-inputs.ts';

export interface OnnxModelRunnerOptions {
  readonly runtime: OrtRuntime;
  readonly session: InferenceSession;
  readonly cache: KvCache;
  readonly maxSlots: number;
  /** [W] */
  readonly watchedTokenIds: readonly number[];
  /** Prompts are padded to a multiple of this. */
  readonly padTo: number;
}

export class OnnxModelRunner implements ModelRunner {
  readonly maxSlots: number;
  readonly maxLength: number;
  readonly #options: OnnxModelRunnerOptions;
  readonly #watchedTokenIds: Int32Array;
  #disposed = false;

  constructor(options: OnnxModelRunnerOptions) {
    this.#options = options;
    this.maxSlots = options.maxSlots;
    this.maxLength = options.cache.maxLength;
    this.#watchedTokenIds = Int32Array.from(options.watchedTokenIds);
  }

  async run(plan: StepPlan): Promise<StepOutput> {
    assert(!this.#disposed, 'the runner was disposed');
    const { cache, padTo } = this.#options;
    if (plan.kind === 'prefill') {
      const inputs = prefillInputs(plan.rows, padTo, this.maxLength);
      const outputs = await this.#runSession(
        inputs,
        cache.beginPrefill(inputs.numRows, inputs.numTokensPerRow),
      );
      await cache.endPrefill(
        outputs,
        plan.rows.map((row) => row.slot),
      );
      return this.#readOutput(outputs);
    }
    const totalLength = Math.max(...plan.rows.map((row) => row.position)) + 1;
    const binding = cache.beginDecode(
      plan.rows.map((row) => row.slot),
      totalLength,
    );
    const rowOfSlot = (slot: number) => cache.slots.indexOf(slot);
    const inputs = decodeInputs(plan.rows, rowOfSlot, cache.slots.length, this.maxLength);
    const outputs = await this.#runSession(inputs, binding);
    cache.endDecode(outputs);
    return this.#readOutput(outputs);
  }

  dispose(): Promise<void> {
    if (!this.#disposed) this.#options.cache.dispose();
    this.#disposed = true;
    return Promise.resolve();
  }

  async #runSession(inputs: StepInputs, binding: KvBinding): Promise<TensorMap> {
    const { runtime, session } = this.#options;
    const int32 = (data: Int32Array, dims: number[]): Tensor => new runtime.ort.Tensor('int32', data, dims);
    const feeds: TensorMap = {
      ...binding.past,
      [ONNX_INPUTS.inputIds]: int32(inputs.inputIds, [inputs.numRows, inputs.numTokensPerRow]),
      [ONNX_INPUTS.seqlensK]: int32(inputs.seqlensK, [inputs.numRows]),
      [ONNX_INPUTS.totalSequenceLength]: int32(Int32Array.of(inputs.totalSequenceLength), [1]),
      [ONNX_INPUTS.lastIndex]: int32(inputs.lastIndex, [inputs.lastIndex.length]),
      [ONNX_INPUTS.watchedTokenIds]: int32(this.#watchedTokenIds, [this.#watchedTokenIds.length]),
    };
    const fetches = {
      [ONNX_OUTPUTS.nextTokenIds]: null,
      [ONNX_OUTPUTS.watchedLogits]: null,
      ...binding.present,
    };
    try {
      return (await runtime.exclusive(() => session.run(feeds, fetches))) as TensorMap;
    } catch (error) {
      throw new Rank1Error(
        'run-failed',
        `The model failed while it ran (${errorMessage(error).slice(0, 200)}). Load the model again, or choose another device.`,
        { cause: error },
      );
    }
  }

  async #readOutput(outputs: TensorMap): Promise<StepOutput> {
    const tokenIds = outputs[ONNX_OUTPUTS.nextTokenIds];
    const watchedLogits = outputs[ONNX_OUTPUTS.watchedLogits];
    assert(tokenIds && watchedLogits, 'the graph returns ids and watched logits');
    return {
      tokenIds: (await tokenIds.getData()) as Int32Array,
      watchedLogits: (await watchedLogits.getData()) as Float32Array,
    };
  }
}
