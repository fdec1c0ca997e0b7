/**
 * Implements the engine's ModelRunner on an ONNX Runtime session: plan to tensors, one run, and only each row's greedy
 * id and watched logits back. Owns the KV cache; the session belongs to its creator.
 */
import type { InferenceSession } from 'onnxruntime-web/webgpu';
import { assert } from '../base/assert.ts';
import { errorMessage, isRank1Error, Rank1Error } from '../base/errors.ts';
import type {
  DecodePlan,
  ModelRunner,
  PrefillPlan,
  PrefillRow,
  StepCost,
  StepOutput,
  StepPlan,
} from '../engine/model-runner.ts';
import type { DeviceWatch } from './device-watch.ts';
import type { GraphLayout } from './graph-layout.ts';
import type { KvBinding, KvCache, TensorMap } from './kv-cache.ts';
import type { OrtRuntime } from './ort.ts';
import {
  decodeInputs,
  fitsBehindPrefix,
  prefillInputs,
  type PrefillShape,
  type StepInputs,
} from './step-inputs.ts';

/** A refused allocation, as opposed to an out-of-bounds access. */
const OF_ALLOCATION = /allocation failed|bad_alloc|failed to allocate/i;
const NO_PREFIX = new Int32Array(0);

export interface OnnxModelRunnerOptions {
  readonly runtime: OrtRuntime;
  readonly session: InferenceSession;
  readonly layout: GraphLayout;
  readonly cache: KvCache;
  readonly maxSlots: number;
  /** Prompts are padded to a multiple of this. */
  readonly padTo: number;
  /** A token id from here on means that the row's logits hold NaN; unchecked if omitted. */
  readonly vocabSize?: number;
  /** Ends device tasks early when the device is lost. */
  readonly watch?: DeviceWatch | null;
  /** Prefilled rows are never decoded. */
  readonly scoresOnly?: boolean | undefined;
}

export class OnnxModelRunner implements ModelRunner {
  readonly maxSlots: number;
  readonly maxLength: number;
  readonly #options: OnnxModelRunnerOptions;
  /** of the step in flight */
  #cost = { runtimeMs: 0, numTokensRun: 0, numTokensSaved: 0, readBackBytes: 0 } satisfies Partial<StepCost>;
  #disposed = false;
  #survivedFault = false;

  constructor(options: OnnxModelRunnerOptions) {
    this.#options = options;
    this.maxSlots = options.maxSlots;
    this.maxLength = options.cache.maxLength;
  }

  get survivedFault(): boolean {
    return this.#survivedFault;
  }

  async run(plan: StepPlan): Promise<StepOutput> {
    assert(!this.#disposed, 'the runner was disposed');
    this.#cost = { runtimeMs: 0, numTokensRun: 0, numTokensSaved: 0, readBackBytes: 0 };
    const output = await this.#guard(() =>
      plan.kind === 'prefill' ? this.#prefill(plan) : this.#decode(plan),
    );
    this.#scrubOverflowed(plan, output);
    return { ...output, cost: { ...this.#cost, cacheBytes: this.#options.cache.numBytes } };
  }

  async #guard<T>(task: () => Promise<T>): Promise<T> {
    const { watch } = this.#options;
    try {
      return await (watch ? watch.guard(task) : task());
    } catch (error) {
      this.#survivedFault = this.#options.cache.survivesFailedRun && OF_ALLOCATION.test(errorMessage(error));
      // A session whose run failed keeps stale bindings: its owner must recreate it.
      throw runFault(error);
    }
  }

  /** Marks rows with NaN or infinite logits through their watched logits, and scrubs their cache. */
  #scrubOverflowed({ rows }: StepPlan, { tokenIds, watchedLogits }: StepOutput): void {
    const { cache, vocabSize = Infinity } = this.#options;
    const numWatched = watchedLogits.length / rows.length;
    rows.forEach(({ slot }, row) => {
      const watched = watchedLogits.subarray(row * numWatched, (row + 1) * numWatched);
      if ((tokenIds[row] ?? 0) < vocabSize && watched.every(Number.isFinite)) return;
      watched.fill(NaN);
      cache.scrub(slot);
    });
  }

  async #prefill({ rows, numPrefixTokens = 0 }: PrefillPlan): Promise<StepOutput> {
    const { cache, padTo } = this.#options;
    const shape = { padTo, maxLength: this.maxLength, numPrefixTokens, rules: cache.prefixRules };
    if (!fitsBehindPrefix(shape)) return this.#prefillParts(rows, { ...shape, numPrefixTokens: 0 }, Infinity);
    const prefix = rows[0]!.tokenIds.subarray(0, numPrefixTokens);
    if (!cache.hasPrefix(prefix)) await this.#prefillPrefix(prefix, { ...shape, numPrefixTokens: 0 });
    this.#cost.numTokensSaved += rows.length * numPrefixTokens;
    return this.#prefillParts(rows, shape, cache.prefixRules.maxRows);
  }

  /** Splits the rows to the limits of kernel, layout and cache. */
  async #prefillParts(
    rows: readonly PrefillRow[],
    shape: PrefillShape,
    kernelMaxRows: number,
  ): Promise<StepOutput> {
    const { layout, cache } = this.#options;
    const maxRows = Math.min(kernelMaxRows, layout.maxPrefillRows, cache.maxPrefillRows);
    if (rows.length <= maxRows) return this.#prefillRows(rows, shape);
    const outputs: StepOutput[] = [];
    for (let first = 0; first < rows.length; first += maxRows)
      outputs.push(await this.#prefillRows(rows.slice(first, first + maxRows), shape));
    return joinOutputs(outputs);
  }

  async #prefillPrefix(tokenIds: Int32Array, shape: PrefillShape): Promise<void> {
    const { cache } = this.#options;
    const inputs = prefillInputs([{ slot: 0, tokenIds }], shape);
    const binding = cache.beginPrefill(1, inputs.numTokensPerRow, NO_PREFIX);
    cache.keepPrefix(await this.#runSession(inputs, binding), tokenIds);
    this.#cost.numTokensSaved -= tokenIds.length;
  }

  async #prefillRows(rows: readonly PrefillRow[], shape: PrefillShape): Promise<StepOutput> {
    const { cache, scoresOnly } = this.#options;
    const [row] = rows;
    if (row && row.tokenIds.length > shape.numPrefixTokens + cache.maxPrefillTokens)
      return this.#prefillLongRow(row, shape);
    const prefix = rows[0]!.tokenIds.subarray(0, shape.numPrefixTokens);
    const inputs = prefillInputs(rows, shape);
    const binding = cache.beginPrefill(inputs.numRows, inputs.numTokensPerRow, prefix);
    const outputs = await this.#runSession(inputs, binding);
    if (!scoresOnly)
      cache.endPrefill(
        outputs,
        rows.map((row) => row.slot),
      );
    return this.#readOutput(outputs, inputs);
  }

  /** In pieces, each behind those before it; where they end does not depend on the prefix. */
  async #prefillLongRow({ slot, tokenIds }: PrefillRow, shape: PrefillShape): Promise<StepOutput> {
    const { cache, scoresOnly } = this.#options;
    const { maxPrefillTokens } = cache;
    const firstLength = maxPrefillTokens * (Math.floor(shape.numPrefixTokens / maxPrefillTokens) + 1);
    const first = prefillInputs([{ slot, tokenIds: tokenIds.subarray(0, firstLength) }], shape);
    const prefix = tokenIds.subarray(0, shape.numPrefixTokens);
    let outputs = await this.#runSession(first, cache.beginPrefill(1, first.numTokensPerRow, prefix));
    cache.endPrefill(outputs, [slot]);
    let inputs = first;
    for (let start = firstLength; start < tokenIds.length; start += maxPrefillTokens) {
      const piece = tokenIds.subarray(0, start + maxPrefillTokens);
      inputs = prefillInputs([{ slot, tokenIds: piece }], { ...shape, numPrefixTokens: start });
      outputs = await this.#runSession(inputs, cache.beginExtension(slot));
      cache.endPrefill(outputs, [slot]);
    }
    if (scoresOnly) cache.dropPrefilled(slot);
    return this.#readOutput(outputs, inputs);
  }

  async #decode({ rows }: DecodePlan): Promise<StepOutput> {
    const { cache } = this.#options;
    const binding = cache.beginDecode(rows);
    const rowOfSlot = (slot: number) => cache.slots.indexOf(slot);
    const inputs = decodeInputs(rows, rowOfSlot, cache.slots.length, this.maxLength);
    const outputs = await this.#runSession(inputs, binding);
    cache.endDecode(outputs, rows);
    return this.#readOutput(outputs, inputs);
  }

  dispose(): Promise<void> {
    if (!this.#disposed) this.#options.cache.dispose();
    this.#disposed = true;
    return Promise.resolve();
  }

  async #runSession(inputs: StepInputs, binding: KvBinding): Promise<TensorMap> {
    const { runtime, session, layout } = this.#options;
    const feeds = { ...binding.past, ...layout.feeds(inputs) };
    const fetches = { ...layout.fetches, ...binding.present };
    this.#cost.numTokensRun += inputs.inputIds.length;
    return (await runtime.exclusive(async () => {
      const startedAt = performance.now();
      const outputs = await session.run(feeds, fetches);
      this.#cost.runtimeMs += performance.now() - startedAt;
      return outputs;
    })) as TensorMap;
  }

  async #readOutput(outputs: TensorMap, inputs: StepInputs): Promise<StepOutput> {
    const { numBytes, ...output } = await this.#options.layout.read(outputs, inputs);
    this.#cost.readBackBytes += numBytes;
    return output;
  }
}

/** Concatenates the rows of several runs. */
function joinOutputs(outputs: readonly StepOutput[]): StepOutput {
  const logits = outputs.flatMap((output) => output.logits ?? []);
  return {
    tokenIds: Int32Array.from(outputs.flatMap(({ tokenIds }) => [...tokenIds])),
    watchedLogits: joinFloats(outputs.map(({ watchedLogits }) => watchedLogits)),
    ...(logits.length > 0 && { logits: joinFloats(logits) }),
  };
}

function joinFloats(parts: readonly Float32Array[]): Float32Array {
  const joined = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let start = 0;
  for (const part of parts) {
    joined.set(part, start);
    start += part.length;
  }
  return joined;
}

/** Wordings of engines and ORT: "Array buffer allocation failed", "bad_alloc", "memory access out of bounds". */
const OF_MEMORY = /memory|alloc/i;

/** Classifies a step's error: out of memory, or a failed run. After either the session must not be used again. */
export function runFault(error: unknown): Rank1Error {
  if (isRank1Error(error)) return error;
  const message = errorMessage(error).slice(0, 200);
  if (OF_MEMORY.test(message)) {
    return new Rank1Error(
      'out-of-memory',
      `The model ran out of memory while it ran (${message}). Close other tabs and programs, or take fewer rows, a smaller model or dtype.`,
      { cause: error },
    );
  }
  return new Rank1Error(
    'run-failed',
    `The model failed while it ran (${message}). Load the model again, or choose another device.`,
    { cause: error },
  );
}
