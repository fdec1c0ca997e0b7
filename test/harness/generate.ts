/** Greedy tokens of a converted model that has no tokenizer, in the page. */
import { parseManifest } from '../../src/model/manifest.ts';
import { parseModelSpec } from '../../src/model/model-spec.ts';
import type { Device } from '../../src/protocol/rerank-api.ts';
import { browserHost } from '../../src/runtime/browser-host.ts';
import { ModelRuntime } from '../../src/runtime/model-runtime.ts';
import { generateRows, type GeneratedRow } from './generate-rows.ts';

export interface GenerateRequest {
  readonly device: Device;
  /** relative to the site; the folder holds one dtype */
  readonly model: string;
  /** prompts that are decoded together, each in a slot of its own */
  readonly batches: readonly (readonly (readonly number[])[])[];
  readonly numNewTokens: number;
  /** whose logits come back; default all */
  readonly watchedTokenIds?: readonly number[];
}

declare global {
  /** A test may expose this to hear of each batch as it ends. */
  var onGeneratedRows: ((rows: readonly GeneratedRow[]) => Promise<void>) | undefined;
}

export async function generate(request: GenerateRequest): Promise<GeneratedRow[]> {
  const { device, batches, numNewTokens } = request;
  const site = new URL('../../', location.href);
  const files = await fetchWithoutTokenizer(new URL(request.model, site));
  const runtime = await ModelRuntime.load(device, files, browserHost(new URL('ort/', site).href));
  // All of them where the vocabulary is small.
  const watched = request.watchedTokenIds ?? Array.from({ length: files.spec.vocabSize }, (_, id) => id);
  const rows: GeneratedRow[] = [];
  for (const prompts of batches) {
    const generated = await generateRows(runtime, prompts, numNewTokens, watched);
    rows.push(...generated);
    await globalThis.onGeneratedRows?.(generated);
  }
  await runtime.dispose();
  return rows;
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
    onnx: await bytes(model.onnx),
    externalData,
  };
}
