/** What a config.json may say that is not read: each is refused by its key, or told; nothing is passed over in silence. */
import { describe, expect, test } from 'vitest';
import type { Rank1Error } from '../../../src/base/errors.ts';
import { unknownConfigKeys } from '../../../src/model/config-rules.ts';
import { parseModelSpec } from '../../../src/model/model-spec.ts';
import { TINY_CONFIG } from '../../fakes/tiny-config.ts';

const LLAMA3 = {
  rope_type: 'llama3',
  factor: 8,
  low_freq_factor: 1,
  high_freq_factor: 4,
  original_max_position_embeddings: 64,
};
const MISTRAL = { architectures: ['MistralForCausalLM'], model_type: 'mistral' };
const YARN = { rope_type: 'yarn', factor: 4, original_max_position_embeddings: 64 };

function refusal(change: object): { code: string; message: string } {
  try {
    parseModelSpec({ ...TINY_CONFIG, ...change });
  } catch (error) {
    const { code, message } = error as Rank1Error;
    return { code, message };
  }
  return { code: 'none', message: '' };
}

describe('theta', () => {
  test.each([
    ['at the top', { rope_theta: 5e5 }],
    [
      'inside rope_scaling',
      { rope_theta: undefined, rope_scaling: { rope_type: 'default', rope_theta: 5e5 } },
    ],
    ['inside rope_scaling, which wins', { rope_theta: 1, rope_scaling: { rope_theta: 5e5 } }],
    [
      'inside rope_parameters',
      { rope_theta: undefined, rope_parameters: { rope_type: 'default', rope_theta: 5e5 } },
    ],
    ['in both objects, alike', { rope_scaling: { rope_theta: 5e5 }, rope_parameters: { rope_theta: 5e5 } }],
    ['beside an empty rope_scaling', { rope_theta: 5e5, rope_scaling: null, rope_parameters: undefined }],
  ])('%s is read', (_place, change) => {
    expect(parseModelSpec({ ...TINY_CONFIG, ...change })).toMatchObject({
      ropeTheta: 5e5,
      ropeScaling: null,
    });
  });

  test('keeps the factors that stand beside it', () => {
    const change = { rope_theta: undefined, rope_parameters: { ...LLAMA3, rope_theta: 5e5 } };
    const { ropeTheta, ropeScaling } = parseModelSpec({ ...TINY_CONFIG, ...change });
    expect({ ropeTheta, ropeScaling }).toEqual({
      ropeTheta: 5e5,
      ropeScaling: { factor: 8, lowFreqFactor: 1, highFreqFactor: 4, originalMaxPositions: 64 },
    });
  });

  test('is 10,000 only where no key tells', () => {
    expect(parseModelSpec({ ...TINY_CONFIG, rope_theta: undefined }).ropeTheta).toBe(10_000);
  });
});

test.each([
  // positions
  [{ rope_scaling: { factor: 4 } }, 'model-unsupported', 'rope_scaling.factor to 4', 'rope_type'],
  [
    { rope_parameters: { factor: 4, rope_theta: 1e6 } },
    'model-unsupported',
    'rope_parameters.factor',
    'rope_type',
  ],
  [{ rope_scaling: YARN }, 'model-unsupported', 'rope_scaling.rope_type to "yarn"', '"llama3"'],
  [
    { rope_parameters: { ...YARN, rope_theta: 1e6 } },
    'model-unsupported',
    'rope_parameters.rope_type',
    'yarn',
  ],
  [{ rope_scaling: { type: 'linear', factor: 2 } }, 'model-unsupported', 'rope_type', 'linear'],
  [
    { rope_scaling: { rope_type: 'default', factor: 2 } },
    'model-unsupported',
    'rope_scaling.factor to 2',
    'default',
  ],
  [
    { rope_scaling: { rope_type: 'default', mrope_section: [1] } },
    'model-unsupported',
    'rope_scaling.mrope_section',
    'one set',
  ],
  [
    { rope_scaling: { ...LLAMA3, attention_factor: 1.2 } },
    'model-unsupported',
    'rope_scaling.attention_factor',
    '1.2',
  ],
  [
    { rope_parameters: { full_attention: { rope_theta: 1e6 }, sliding_attention: { rope_theta: 1e4 } } },
    'model-unsupported',
    'rope_parameters.full_attention',
    'all layers',
  ],
  [
    { rope_scaling: LLAMA3, rope_parameters: { rope_theta: 1e6 } },
    'model-unsupported',
    'rope_scaling and rope_parameters',
    'different',
  ],
  [{ partial_rotary_factor: 0.5 }, 'model-unsupported', 'partial_rotary_factor to 0.5', 'only 1'],
  [
    { rope_parameters: { rope_theta: 1e6, partial_rotary_factor: 0.25 } },
    'model-unsupported',
    'rope_parameters.partial_rotary_factor',
    '0.25',
  ],
  [{ rope_scaling: LLAMA3, partial_rotary_factor: 0.5 }, 'model-unsupported', 'partial_rotary_factor', '0.5'],
  [{ rope_interleaved: true }, 'model-unsupported', 'rope_interleaved to true', 'false'],
  [{ rope_scaling: 'llama3' }, 'model-corrupt', 'rope_scaling', 'must be an object'],
  [{ rope_scaling: { rope_theta: '1e6' } }, 'model-corrupt', 'rope_scaling.rope_theta', '"1e6"'],
  // the rest of the arithmetic
  [{ hidden_act: 'gelu' }, 'model-unsupported', 'hidden_act to "gelu"', 'silu'],
  [{ mlp_bias: true }, 'model-unsupported', 'mlp_bias to true', 'false'],
  [{ mlp_bias: 'yes' }, 'model-corrupt', 'mlp_bias', '"yes"'],
  [{ tie_word_embeddings: 'true' }, 'model-corrupt', 'tie_word_embeddings', '"true"'],
  [{ attention_bias: 1 }, 'model-corrupt', 'attention_bias', 'true or false'],
  [{ pruned_heads: { 0: [1] } }, 'model-unsupported', 'pruned_heads', 'an object'],
  [
    { layer_types: ['full_attention', 'sliding_attention'] },
    'model-unsupported',
    'layer_types to "sliding_attention"',
    'full_attention',
  ],
  [{ layer_types: 'full_attention' }, 'model-corrupt', 'layer_types', 'list'],
  [
    { use_sliding_window: true, sliding_window: 128 },
    'model-unsupported',
    'use_sliding_window to true',
    'full attention',
  ],
  [
    { use_sliding_window: true, sliding_window: 128, max_window_layers: 1 },
    'model-unsupported',
    'use_sliding_window',
    'full attention',
  ],
  [{ ...MISTRAL, sliding_window: 128 }, 'model-unsupported', 'sliding_window to 128', 'full attention'],
  [
    { ...MISTRAL, sliding_window: 128, use_sliding_window: false },
    'model-unsupported',
    'sliding_window to 128',
    'full attention',
  ],
  [
    { ...MISTRAL, sliding_window: 128, use_sliding_window: true, max_window_layers: 2 },
    'model-unsupported',
    'sliding_window to 128',
    'full attention',
  ],
  // quantised weights
  [{ quantization: { group_size: 64, bits: 4 } }, 'model-unsupported', 'quantization', 'MLX'],
  [
    { quantization_config: { group_size: 64, bits: 4 } },
    'model-unsupported',
    'quantization_config.group_size to 64',
    'MLX',
  ],
  [
    { quantization_config: { quant_method: 'gptq', bits: 4 } },
    'model-unsupported',
    'quant_method to "gptq"',
    'awq',
  ],
  [{ quantization_config: { quant_method: 'fp8' } }, 'model-unsupported', 'quant_method to "fp8"', 'awq'],
  [
    { quantization_config: { quant_method: 'awq', bits: 8 } },
    'model-unsupported',
    'quantization_config.bits to 8',
    '4',
  ],
  [
    { quantization_config: { quant_method: 'awq', version: 'gemv' } },
    'model-unsupported',
    'version to "gemv"',
    'gemm',
  ],
  // end of text
  [{ eos_token_id: '</s>' }, 'model-corrupt', 'eos_token_id', '"</s>"'],
  [{ eos_token_id: [2, null] }, 'model-corrupt', 'eos_token_id', 'null'],
])('%j is refused by name', (change, code, key, found) => {
  const refused = refusal(change);
  expect(refused.code).toBe(code);
  expect(refused.message).toContain('config.json');
  expect(refused.message).toContain(key);
  expect(refused.message).toContain(found);
  expect(refused.message).toMatch(/(?:Choose another checkpoint|Download the model again)\.$/);
});

test.each([
  ['a window that is switched off', { use_sliding_window: false, sliding_window: 128 }],
  ['a window that no layer has', { use_sliding_window: true, sliding_window: 128, max_window_layers: 2 }],
  ['a window as long as the context', { use_sliding_window: true, sliding_window: 256 }],
  ["Qwen2's window without its switch", { sliding_window: 128 }],
  ["Mistral's window that is off", { ...MISTRAL, sliding_window: null }],
  ["Mistral's window as long as the context", { ...MISTRAL, sliding_window: 256 }],
  ['full attention by name', { layer_types: ['full_attention', 'full_attention'] }],
  [
    'a whole rotation by name',
    { partial_rotary_factor: 1, rope_scaling: { rope_type: 'default', partial_rotary_factor: 1 } },
  ],
  [
    'switches that are null',
    { mlp_bias: null, attention_bias: null, hidden_act: null, quantization_config: null },
  ],
  ['AutoAWQ', { quantization_config: { quant_method: 'awq', bits: 4, version: 'GEMM', zero_point: true } }],
])('takes %s', (_name, change) => {
  expect(refusal(change)).toEqual({ code: 'none', message: '' });
});

test('ends a text with the tokens of both configurations', () => {
  const config = { ...TINY_CONFIG, eos_token_id: 2 };
  expect(parseModelSpec(config, { eos_token_id: [3, 2] }).eosTokenIds).toEqual([2, 3]);
  expect(parseModelSpec(config, {}).eosTokenIds).toEqual([2]);
  expect(parseModelSpec({ ...config, eos_token_id: undefined }, { eos_token_id: 4 }).eosTokenIds).toEqual([
    4,
  ]);
  expect(() => parseModelSpec(config, { eos_token_id: 'end' })).toThrow(
    /^generation_config\.json: eos_token_id.*"end"/,
  );
  expect(() => parseModelSpec(config, [1])).toThrow(/generation_config\.json is not a JSON object/);
});

test('tells of keys that are not known, and of no others', () => {
  const config = {
    ...TINY_CONFIG,
    torch_dtype: 'bfloat16',
    use_cache: true,
    logits_scaling: 8,
    'transformers.js_config': {},
  };
  expect(unknownConfigKeys(config)).toEqual(['logits_scaling']);
});
