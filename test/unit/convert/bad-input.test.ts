/** What a conversion says, and leaves behind, when the checkpoint is not what it should be. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { convertModel } from '../../../src/convert/convert-model.ts';
import type { ConvertOptions } from '../../../src/convert/convert-options.ts';
import { editedCheckpoint } from './support/edited-checkpoint.ts';
import { fixturePath } from './support/fixtures.ts';
import { MemoryCheckpoint, MemoryOutput } from './support/memory-folder.ts';
import { convertOptions } from './support/options.ts';
import { fileOf } from './support/safetensors-file.ts';

const CONFIG = JSON.parse(readFileSync(fixturePath('small/qwen2-tied/config.json'), 'utf8')) as Record<
  string,
  unknown
>;
const WEIGHTS = Uint8Array.from(readFileSync(fixturePath('small/qwen2-tied/model.safetensors')));

async function convert(
  config: unknown,
  weights: Uint8Array<ArrayBuffer> | null = WEIGHTS,
  options: Partial<ConvertOptions> = {},
  output = new MemoryOutput(),
) {
  const files = { 'config.json': typeof config === 'string' ? config : JSON.stringify(config) };
  const input = MemoryCheckpoint.of(weights ? { ...files, 'model.safetensors': weights } : files);
  const error: unknown = await convertModel(input, output, convertOptions(options)).then(
    () => null,
    (reason: unknown) => reason,
  );
  return { error, output };
}

describe('a conversion that cannot be done leaves nothing and says why', () => {
  it.each<[string, unknown, string, RegExp]>([
    ['config.json is no JSON', '{"a"', 'invalid-file', /not valid JSON/],
    ['config.json is a list', '[]', 'invalid-file', /not a JSON object/],
    [
      'the architecture is unknown',
      { ...CONFIG, architectures: ['GPT2LMHeadModel'] },
      'model-unsupported',
      /GPT2LMHeadModel/,
    ],
    [
      'the rope type is unknown',
      { ...CONFIG, rope_parameters: { rope_type: 'yarn', rope_theta: 1e6 } },
      'model-unsupported',
      /yarn/,
    ],
    ['the activation is unknown', { ...CONFIG, hidden_act: 'gelu' }, 'model-unsupported', /gelu/],
    ['the MLP has biases', { ...CONFIG, mlp_bias: true }, 'model-unsupported', /mlp_bias/],
    [
      'rotary is partial',
      { ...CONFIG, partial_rotary_factor: 0.5 },
      'model-unsupported',
      /partial_rotary_factor/,
    ],
    [
      'weights are GPTQ',
      { ...CONFIG, quantization_config: { quant_method: 'gptq' } },
      'model-unsupported',
      /gptq/,
    ],
    [
      'AWQ is not the GEMM format',
      { ...CONFIG, quantization_config: { quant_method: 'awq', version: 'gemv' } },
      'model-unsupported',
      /gemv/,
    ],
    [
      'Mistral slides its window',
      {
        ...CONFIG,
        architectures: ['MistralForCausalLM'],
        model_type: 'mistral',
        sliding_window: 32,
        use_sliding_window: undefined,
      },
      'model-unsupported',
      /sliding_window/,
    ],
    ['a size is absurd', { ...CONFIG, hidden_size: 1e12 }, 'model-corrupt', /hidden_size/],
    ['the weights are of another size', { ...CONFIG, hidden_size: 128 }, 'model-corrupt', /shape/],
    [
      'there are fewer layers than config.json says',
      { ...CONFIG, num_hidden_layers: 3 },
      'model-corrupt',
      /layers\.2/,
    ],
    ['the head is missing', { ...CONFIG, tie_word_embeddings: false }, 'model-corrupt', /lm_head\.weight/],
    [
      'heads have an odd size',
      { ...CONFIG, head_dim: 8, num_attention_heads: 8, num_key_value_heads: 4 },
      'model-unsupported',
      /multiple of 16/,
    ],
  ])('%s', async (_, config, code, message) => {
    const { error, output } = await convert(config);
    expect(error).toMatchObject({ name: 'Rank1Error', code, message: expect.stringMatching(message) });
    expect(output).toMatchObject({ state: 'discarded', files: new Map() });
  });

  it('there is no config.json', async () => {
    const output = new MemoryOutput();
    const conversion = convertModel(
      MemoryCheckpoint.of({ 'model.safetensors': WEIGHTS }),
      output,
      convertOptions(),
    );
    await expect(conversion).rejects.toMatchObject({
      code: 'model-not-found',
      message: expect.stringContaining('config.json'),
    });
  });

  it.each([
    ['{"eos_token_id": -1}', 'model-corrupt', 'eos_token_id'],
    ['[]', 'model-corrupt', 'not a JSON object'],
    ['{"eos_token_id"', 'invalid-file', 'not valid JSON'],
  ])('generation_config.json is %s, which no load would take', async (generation, code, message) => {
    const files = { 'config.json': JSON.stringify(CONFIG), 'model.safetensors': WEIGHTS };
    const input = MemoryCheckpoint.of({ ...files, 'generation_config.json': generation });
    const error: unknown = await convertModel(input, new MemoryOutput(), convertOptions()).catch(
      (reason: unknown) => reason,
    );
    expect(error).toMatchObject({ code, message: expect.stringContaining(message) });
    expect(error).toMatchObject({ message: expect.stringContaining('generation_config.json') });
  });

  it('the weights are integers', async () => {
    const entry = { dtype: 'I32', shape: [256, 64], data_offsets: [0, 65536] };
    const { error } = await convert(CONFIG, fileOf({ 'model.embed_tokens.weight': entry }, 65536));
    expect(error).toMatchObject({ code: 'model-unsupported', message: expect.stringContaining('I32') });
  });

  it.each(['F8_E4M3', 'F8_E5M2', 'F4'])(
    'the weights are %s, which is a quantisation and no damage',
    async (dtype) => {
      const input = await editedCheckpoint('small/qwen2-tied', (tensors) => {
        const name = 'model.layers.0.mlp.down_proj.weight';
        tensors.set(name, { dtype, shape: tensors.get(name)!.shape, data: new Uint8Array(64 * 96) });
      });
      await expect(convertModel(input, new MemoryOutput(), convertOptions())).rejects.toMatchObject({
        code: 'model-unsupported',
        message: expect.stringMatching(new RegExp(`down_proj.*${dtype}`)),
      });
    },
  );

  it.each([9, 100, 2000, WEIGHTS.length - 1])('the file is cut off after %i bytes', async (length) => {
    const { error, output } = await convert(CONFIG, WEIGHTS.slice(0, length));
    expect(error).toMatchObject({ code: 'invalid-file' });
    expect(output.state).toBe('discarded');
  });

  it('blocks do not divide the inputs', async () => {
    const { error } = await convert(CONFIG, WEIGHTS, { blockSize: 128 });
    expect(error).toMatchObject({
      code: 'model-unsupported',
      message: expect.stringContaining('--block-size'),
    });
  });

  it('the disk is full in the middle of the weights', async () => {
    const { error, output } = await convert(CONFIG, WEIGHTS, {}, new MemoryOutput(20_000));
    expect(error).toMatchObject({ name: 'Rank1Error', code: 'storage' });
    expect(output).toMatchObject({ state: 'discarded', files: new Map() });
  });

  it('it is aborted between two tensors', async () => {
    const abort = new AbortController();
    const { error, output } = await convert(CONFIG, WEIGHTS, {
      signal: abort.signal,
      onProgress: ({ tensors }) => tensors > 5 && abort.abort(new Error('enough')),
    });
    expect(error).toMatchObject({ message: 'enough' });
    expect(output.state).toBe('discarded');
  });
});
