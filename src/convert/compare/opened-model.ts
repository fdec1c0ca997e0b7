/** A model folder on disk, opened on the CPU: greedy decoding, and logits at any position. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { InferenceSession, Tensor } from 'onnxruntime-web/webgpu';
import { Engine } from '../../engine/engine.ts';
import { Sequence } from '../../engine/sequence.ts';
import { Rank1Error } from '../../base/errors.ts';
import { MANIFEST_FILE, parseManifest } from '../../model/manifest.ts';
import { parseModelSpec, type ModelSpec } from '../../model/model-spec.ts';
import { ONNX_INPUTS, ONNX_OUTPUTS, pastName } from '../../model/onnx-io.ts';
import { ChainReader } from '../../rank1/chain-reader.ts';
import {
  assertMarkersInVocabulary,
  findMarkerTokenIds,
  watchedTokenIds,
  type MarkerTokenIds,
} from '../../rank1/markers.ts';
import { OnnxModelRunner } from '../../runtime/onnx-model-runner.ts';
import { nodeHost } from '../../runtime/node/node-host.ts';
import { loadOrt, type OrtRuntime } from '../../runtime/ort.ts';
import { PrefixStore } from '../../runtime/prefix-store.ts';
import { Rank1Layout } from '../../runtime/rank1-layout.ts';
import { createSession } from '../../runtime/session.ts';
import { CpuKvCache, type CpuPrefix } from '../../runtime/cpu-kv-cache.ts';
import { createTokenizer, type Tokenizer } from '../../tokenizer/tokenizer.ts';
import type { ArithmeticPreference } from '../../protocol/rerank-api.ts';
import { expandModel } from '../expand/expand-model.ts';
import type { Chain, ComparedModel } from './agreement.ts';

export class OpenedModel implements ComparedModel {
  readonly spec: ModelSpec;
  readonly tokenizer: Tokenizer;
  readonly #markers: MarkerTokenIds;
  readonly #runtime: OrtRuntime;
  readonly #session: InferenceSession;
  readonly #returnsNewTokens: boolean;

  private constructor(
    spec: ModelSpec,
    tokenizer: Tokenizer,
    markers: MarkerTokenIds,
    runtime: OrtRuntime,
    session: InferenceSession,
    returnsNewTokens: boolean,
  ) {
    this.spec = spec;
    this.tokenizer = tokenizer;
    this.#markers = markers;
    this.#runtime = runtime;
    this.#session = session;
    this.#returnsNewTokens = returnsNewTokens;
  }

  /**
   * @param folder model folder; its first dtype is used
   * @param preference default: the weights are used as stored
   * @throws Rank1Error if it is not a model, or the CPU cannot run it
   */
  static async open(folder: string, preference?: ArithmeticPreference): Promise<OpenedModel> {
    const read = (file: string) => readModelFile(folder, file);
    const readJson = async (file: string): Promise<unknown> =>
      JSON.parse((await read(file)).toString('utf8'));
    const manifest = parseManifest(await readJson(MANIFEST_FILE));
    const [model] = Object.values(manifest.models);
    if (model?.layout !== 'rank1' || model.kvDtype !== 'float32') {
      throw new Rank1Error(
        'model-unsupported',
        `${folder} cannot be compared: it has to be in the rank1 layout, and compute in fp32 (q4, q8, fp32).`,
      );
    }
    const hasGenerationConfig = Object.hasOwn(manifest.files, 'generation_config.json');
    const generationConfig = hasGenerationConfig ? await readJson('generation_config.json') : undefined;
    const spec = parseModelSpec(await readJson('config.json'), generationConfig);
    const tokenizer = createTokenizer(
      await readJson('tokenizer.json'),
      await readJson('tokenizer_config.json'),
    );
    assertMarkersInVocabulary(tokenizer, spec.vocabSize);
    const externalData = await Promise.all(
      model.externalData.map(async (file) => ({ path: path.basename(file), data: await read(file) })),
    );
    const host = await nodeHost('wasm');
    const runtime = await loadOrt('wasm', host);
    const stored = { onnx: await read(model.onnx), externalData, model };
    const { memoryGib } = host;
    const { files, returnsNewTokens } = preference
      ? await expandModel(stored, { preference, device: 'wasm', memoryGib })
      : { files: stored, returnsNewTokens: false };
    const session = await createSession(runtime, files, null);
    return new OpenedModel(
      spec,
      tokenizer,
      findMarkerTokenIds(tokenizer),
      runtime,
      session,
      returnsNewTokens,
    );
  }

  async decode(promptTokenIds: readonly number[], maxNewTokens: number, signal: AbortSignal): Promise<Chain> {
    const maxLength = promptTokenIds.length + maxNewTokens;
    const prefixes = new PrefixStore<CpuPrefix>(() => undefined);
    const cache = new CpuKvCache({
      ort: this.#runtime.ort,
      spec: this.spec,
      maxLength,
      prefixes,
      returnsNewTokens: this.#returnsNewTokens,
    });
    const [runtime, session, markers] = [this.#runtime, this.#session, this.#markers];
    const layout = new Rank1Layout(runtime.ort, { watchedTokenIds: watchedTokenIds(markers) });
    const runner = new OnnxModelRunner({ runtime, session, layout, cache, maxSlots: 1, padTo: 1 });
    const reader = new ChainReader(this.tokenizer, this.#markers, this.spec.eosTokenIds);
    const sequence = new Sequence({
      promptTokenIds: Int32Array.from(promptTokenIds),
      maxNewTokens,
      stopCondition: reader,
    });
    const engine = new Engine(runner);
    engine.add(sequence);
    try {
      while (engine.hasWork) {
        signal.throwIfAborted();
        await engine.step();
      }
    } finally {
      await runner.dispose();
    }
    return { tokenIds: [...sequence.newTokenIds], label: reader.verdict?.label ?? null };
  }

  async logits(tokenIds: readonly number[], first: number): Promise<Float32Array> {
    const length = tokenIds.length;
    const read = Array.from({ length: length - first }, (_, i) => first + i);
    const outputs = await this.#runtime.exclusive(() =>
      this.#session.run(
        {
          [ONNX_INPUTS.inputIds]: this.#int32(tokenIds, [1, length]),
          [ONNX_INPUTS.seqlensK]: this.#int32([length - 1], [1]),
          [ONNX_INPUTS.totalSequenceLength]: this.#int32([length], [1]),
          [ONNX_INPUTS.lastIndex]: this.#int32(read, [read.length]),
          [ONNX_INPUTS.watchedTokenIds]: this.#int32([0], [1]),
          ...this.#emptyCache(length),
        },
        [ONNX_OUTPUTS.logits],
      ),
    );
    return outputs[ONNX_OUTPUTS.logits]?.data as Float32Array;
  }

  async release(): Promise<void> {
    await this.#session.release();
  }

  #int32(values: readonly number[], dims: readonly number[]): Tensor {
    return new this.#runtime.ort.Tensor('int32', Int32Array.from(values), dims);
  }

  #emptyCache(capacity: number): Record<string, Tensor> {
    const { numLayers, numKeyValueHeads, headDim } = this.spec;
    const dims = [1, numKeyValueHeads, capacity, headDim];
    const names = Array.from({ length: numLayers }, (_, layer) => [
      pastName(layer, 'key'),
      pastName(layer, 'value'),
    ]);
    const create = () =>
      new this.#runtime.ort.Tensor('float32', new Float32Array(numKeyValueHeads * capacity * headDim), dims);
    return Object.fromEntries(names.flat().map((name) => [name, create()]));
  }
}

async function readModelFile(folder: string, file: string): Promise<Buffer> {
  try {
    return await readFile(path.join(folder, file));
  } catch (cause) {
    throw new Rank1Error(
      'model-not-found',
      `${folder} is not a complete model: ${file} cannot be read. Convert it again.`,
      { cause },
    );
  }
}
