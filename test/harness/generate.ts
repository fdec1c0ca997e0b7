/** Greedy tokens of a converted model that has no tokenizer, through the runtime and the engine, with all their logits. */
import { Engine } from '../../src/engine/engine.ts';
import { Sequence } from '../../src/engine/sequence.ts';
import { parseManifest } from '../../src/model/manifest.ts';
import { parseModelSpec } from '../../src/model/model-spec.ts';
import type { Device } from '../../src/protocol/rerank-api.ts';
import { browserHost } from '../../src/runtime/browser-host.ts';
import { ModelRuntime } from '../../src/runtime/model-runtime.ts';

export interface GenerateRequest {
  readonly device: Device;
  /** relative to the site; the folder holds one dtype */
  readonly model: string;
  /** decoded together, each in a slot of its own */
  readonly prompts: readonly (readonly number[])[];
  readonly numNewTokens: number;
}

export interface GeneratedRow {
  readonly tokenIds: readonly number[];
  /** [numNewTokens][V]: of the steps that gave them */
  readonly logits: readonly (readonly number[])[];
}

export async function generate(request: GenerateRequest): Promise<GeneratedRow[]> {
  const { device, prompts, numNewTokens } = request;
  const site = new URL('../../', location.href);
  const files = await fetchWithoutTokenizer(new URL(request.model, site));
  const runtime = await ModelRuntime.load(device, files, browserHost(new URL('ort/', site).href));
  const runner = await runtime.createRunner({
    maxSlots: prompts.length,
    maxLength: Math.max(...prompts.map((prompt) => prompt.length)) + numNewTokens,
    maxPrefillRows: prompts.length,
    // All of them: the vocabulary is small.
    watchedTokenIds: Array.from({ length: files.spec.vocabSize }, (_, id) => id),
  });
  const engine = new Engine(runner);
  const rows = prompts.map((prompt) => {
    const logits: number[][] = [];
    const next = (_tokenId: number, watchedLogits: Float32Array): 'continue' => {
      logits.push([...watchedLogits]);
      return 'continue';
    };
    const sequence = new Sequence({
      promptTokenIds: Int32Array.from(prompt),
      maxNewTokens: numNewTokens,
      stopCondition: { next },
    });
    engine.add(sequence);
    return { sequence, logits };
  });
  while (engine.hasWork) await engine.step();
  await runner.dispose();
  await runtime.dispose();
  return rows.map(({ sequence, logits }) => ({ tokenIds: sequence.newTokenIds, logits }));
}

async function fetchWithoutTokenizer(folder: URL) {
  const bytes = async (file: string) => {
    const response = await fetch(new URL(file, folder));
    if (!response.ok) throw new Error(`${file}: ${response.status}`);
    return new Uint8Array(await response.arrayBuffer());
  };
  const json = async (file: string) => JSON.parse(new TextDecoder().decode(await bytes(file))) as unknown;
  const manifest = parseManifest(await json('rank1.json'));
  const [[dtype, model] = []] = Object.entries(manifest.models);
  if (!dtype || !model) throw new Error('the folder holds no model');
  const externalData = await Promise.all(
    model.externalData.map(async (file) => ({
      path: file.slice(file.lastIndexOf('/') + 1),
      data: await bytes(file),
    })),
  );
  return {
    manifest,
    dtype,
    model,
    spec: parseModelSpec(await json('config.json')),
    tokenizerJson: null,
    tokenizerConfig: null,
    onnx: await bytes(model.onnx),
    externalData,
  };
}
