/** The layout for transformers.js, fed as transformers.js feeds it: growing cache, int64 inputs, one row. */
import * as ort from 'onnxruntime-web/wasm';
import { describe, expect, it } from 'vitest';
import { convertModel } from '../../../src/convert/convert-model.ts';
import { parseManifest } from '../../../src/model/manifest.ts';
import { readExpected, relativeDifference, usingFixture } from './support/fixtures.ts';
import { MemoryOutput } from './support/memory-folder.ts';
import { convertOptions } from './support/options.ts';

ort.env.wasm.numThreads = 1;
const int64 = (values: number[], dims: number[]) =>
  new ort.Tensor('int64', BigInt64Array.from(values, BigInt), dims);

async function load(family: string, dtype: 'fp32' | 'q4' | 'q8') {
  const output = new MemoryOutput();
  const options = convertOptions({ dtype, layout: 'transformersjs', shardBytes: 60_000 });
  await usingFixture(`small/${family}`, (input) => convertModel(input, output, options));
  const model = parseManifest(JSON.parse(output.text('rank1.json'))).models[dtype]!;
  const externalData = model.externalData.map((path) => ({
    path: path.slice(5),
    data: output.files.get(path)!,
  }));
  const session = await ort.InferenceSession.create(output.files.get(model.onnx)!, { externalData });
  return { session, output, model };
}

describe.each(['qwen2-tied', 'qwen2-untied', 'llama', 'mistral'])('%s', (family) => {
  it.each(['fp32', 'q4', 'q8'] as const)(
    'gives the logits of transformers in %s, prompt first, then token by token',
    async (dtype) => {
      const { ids, logits } = await readExpected(`small/${family}/expected.safetensors`);
      const expected = logits.get(dtype)!;
      const vocabSize = expected.length / ids.length;
      const { session } = await load(family, dtype);
      const headDim = family === 'mistral' ? 32 : 16;
      let cache: Record<string, ort.Tensor> = Object.fromEntries(
        session.inputNames
          .filter((name) => name.startsWith('past'))
          .map((name) => [name, new ort.Tensor('float32', new Float32Array(0), [1, 2, 0, headDim])]),
      );
      const feed = async (from: number, to: number, keep: number) => {
        const outputs = await session.run({
          input_ids: int64(ids.slice(from, to), [1, to - from]),
          attention_mask: int64(new Array<number>(to).fill(1), [1, to]),
          position_ids: int64(
            Array.from({ length: to - from }, (_, i) => from + i),
            [1, to - from],
          ),
          num_logits_to_keep: int64([keep], []),
          ...cache,
        });
        cache = Object.fromEntries(
          Object.keys(cache).map((name) => [name, outputs[name.replace('past_key_values', 'present')]!]),
        );
        const kept = (outputs['logits']!.dims[1] ?? 0) as number;
        const rows = expected.subarray((to - kept) * vocabSize, to * vocabSize);
        expect(relativeDifference(outputs['logits']!.data as Float32Array, rows)).toBeLessThan(1e-4);
        return kept;
      };
      expect(await feed(0, 12, 0)).toBe(12);
      expect(await feed(12, 13, 1)).toBe(1);
      for (let at = 13; at < 20; at++) await feed(at, at + 1, 1);
      await session.release();
    },
  );
});

describe('the graph', () => {
  it('names the axes of the cache as transformers.js expects them', async () => {
    const { session } = await load('qwen2-tied', 'fp32');
    const past = session.inputMetadata.find(({ name }) => name === 'past_key_values.0.key');
    expect(past).toMatchObject({ shape: ['batch_size', 2, 'past_sequence_length', 16] });
    await session.release();
  });
});

describe('the folder', () => {
  it('has the file names and the settings that transformers.js looks for', async () => {
    const { output, model } = await load('qwen2-tied', 'q8');
    expect(model).toMatchObject({ onnx: 'onnx/model_quantized.onnx', layout: 'transformersjs' });
    expect(model.externalData).toEqual([
      'onnx/model_quantized.onnx_data',
      'onnx/model_quantized.onnx_data_1',
    ]);
    const config = JSON.parse(output.text('config.json')) as Record<string, unknown>;
    expect(config['transformers.js_config']).toMatchObject({
      use_external_data_format: { 'model_quantized.onnx': 2 },
    });
    expect(config['architectures']).toEqual(['Qwen2ForCausalLM']);
  });
});
