import { describe, expect, test } from 'vitest';
import { isRank1Error, type Rank1Error } from '../../../src/base/errors.ts';
import { kvBytesPerToken, parseModelSpec } from '../../../src/model/model-spec.ts';
import { breakJson } from '../../fakes/hostile-json.ts';
import { SeededRandom } from '../../fakes/seeded-random.ts';

const QWEN = {
  architectures: ['Qwen2ForCausalLM'],
  model_type: 'qwen2',
  hidden_size: 896,
  intermediate_size: 4864,
  num_hidden_layers: 24,
  num_attention_heads: 14,
  num_key_value_heads: 2,
  vocab_size: 151_936,
  max_position_embeddings: 32_768,
  rope_theta: 1_000_000,
  rms_norm_eps: 1e-6,
  tie_word_embeddings: true,
  use_sliding_window: false,
  eos_token_id: 151_643,
};
const LLAMA = {
  architectures: ['LlamaForCausalLM'],
  hidden_size: 4096,
  intermediate_size: 14_336,
  num_hidden_layers: 32,
  num_attention_heads: 32,
  num_key_value_heads: 8,
  vocab_size: 128_256,
  max_position_embeddings: 131_072,
  rope_theta: 500_000,
  rms_norm_eps: 1e-5,
  eos_token_id: [128_001, 128_009],
  rope_scaling: {
    factor: 8,
    high_freq_factor: 4,
    low_freq_factor: 1,
    original_max_position_embeddings: 8192,
    rope_type: 'llama3',
  },
};

function thrownBy(action: () => unknown): unknown {
  try {
    action();
  } catch (error) {
    return error;
  }
  return undefined;
}

describe('parseModelSpec', () => {
  test('reads Qwen2', () => {
    expect(parseModelSpec(QWEN)).toEqual({
      architecture: 'Qwen2ForCausalLM',
      hiddenSize: 896,
      intermediateSize: 4864,
      numLayers: 24,
      numHeads: 14,
      numKeyValueHeads: 2,
      headDim: 64,
      vocabSize: 151_936,
      maxPositions: 32_768,
      ropeTheta: 1_000_000,
      ropeScaling: null,
      rmsNormEps: 1e-6,
      tieWordEmbeddings: true,
      attentionBias: true,
      queryKeyNorm: false,
      eosTokenIds: [151_643],
    });
  });

  test('reads Llama 3.1 with its rescaled positions', () => {
    const spec = parseModelSpec(LLAMA);
    expect(spec).toMatchObject({ headDim: 128, attentionBias: false, eosTokenIds: [128_001, 128_009] });
    expect(spec.ropeScaling).toEqual({
      factor: 8,
      highFreqFactor: 4,
      lowFreqFactor: 1,
      originalMaxPositions: 8192,
    });
  });

  test('reads the rope_parameters that newer files have in place of rope_theta and rope_scaling', () => {
    const { rope_theta, rope_scaling, ...rest } = LLAMA;
    const newer = { ...rest, rope_parameters: { ...rope_scaling, rope_theta } };
    expect(parseModelSpec(newer)).toEqual(parseModelSpec(LLAMA));
    const plain = {
      ...QWEN,
      rope_theta: undefined,
      rope_parameters: { rope_type: 'default', rope_theta: 1e6 },
    };
    expect(parseModelSpec(plain)).toEqual(parseModelSpec(QWEN));
  });

  test('takes a head size that is not hidden size by heads, as Mistral Small has', () => {
    const config = { ...LLAMA, architectures: ['MistralForCausalLM'], hidden_size: 5120, head_dim: 128 };
    expect(parseModelSpec(config)).toMatchObject({
      headDim: 128,
      numHeads: 32,
      architecture: 'MistralForCausalLM',
    });
  });

  test('takes as many key-value heads as heads when there is no word of them', () => {
    expect(parseModelSpec({ ...LLAMA, num_key_value_heads: undefined }).numKeyValueHeads).toBe(32);
  });

  test.each([
    ['no end-of-text token', { eos_token_id: null }, []],
    ['several', { eos_token_id: [1, 2] }, [1, 2]],
    ['zero', { eos_token_id: 0 }, [0]],
  ])('reads %s', (_name, change, expected) => {
    expect(parseModelSpec({ ...QWEN, ...change }).eosTokenIds).toEqual(expected);
  });

  test.each([
    [{ architectures: ['GPT2LMHeadModel'] }, 'model-unsupported', 'GPT2LMHeadModel'],
    [{ architectures: undefined, model_type: 'bert' }, 'model-unsupported', 'bert'],
    [{ architectures: [] }, 'model-unsupported', 'qwen2'],
    [{ architectures: ['constructor'] }, 'model-unsupported', 'constructor'],
    [{ use_sliding_window: true }, 'model-unsupported', 'use_sliding_window'],
    [{ rope_scaling: { type: 'yarn' } }, 'model-unsupported', 'yarn'],
    [{ rope_scaling: { rope_type: 'llama3' } }, 'model-corrupt', 'factor'],
    [{ rope_scaling: 'llama3' }, 'model-corrupt', 'rope_scaling'],
    [{ hidden_size: '896' }, 'model-corrupt', 'hidden_size'],
    [{ hidden_size: 897 }, 'model-corrupt', 'head_dim'],
    [{ head_dim: 63 }, 'model-corrupt', 'head_dim'],
    [{ num_hidden_layers: 0 }, 'model-corrupt', 'num_hidden_layers'],
    [{ num_hidden_layers: 1e9 }, 'model-corrupt', 'num_hidden_layers'],
    [{ num_key_value_heads: 3 }, 'model-corrupt', 'num_attention_heads'],
    [{ num_key_value_heads: 28 }, 'model-corrupt', 'num_key_value_heads'],
    [{ vocab_size: undefined }, 'model-corrupt', 'vocab_size'],
    [{ max_position_embeddings: 1.5 }, 'model-corrupt', 'max_position_embeddings'],
    [{ rope_theta: -1 }, 'model-corrupt', 'rope_theta'],
    [{ rms_norm_eps: 0 }, 'model-corrupt', 'rms_norm_eps'],
  ])('refuses %j with %s', (change, code, named) => {
    const error = thrownBy(() => parseModelSpec({ ...QWEN, ...change }));
    expect(isRank1Error(error) && error.code, String(error)).toBe(code);
    expect((error as Rank1Error).message).toContain(named);
  });

  test.each([null, undefined, 'config', 7, [], [QWEN], true])('refuses %j, which is no object', (config) => {
    expect(
      isRank1Error(
        thrownBy(() => parseModelSpec(config)),
        'model-corrupt',
      ),
    ).toBe(true);
  });

  test(
    'throws nothing but Rank1Error, whatever the file holds, and then a spec in range',
    () => {
      const random = new SeededRandom(51);
      let numAccepted = 0;
      for (let round = 0; round < 6000; round++) {
        const config = breakJson(random.pick([QWEN, LLAMA]), random);
        const error = thrownBy(() => {
          const spec = parseModelSpec(config);
          numAccepted++;
          expect(
            Object.values(spec).every(
              (value) => typeof value !== 'number' || (value > 0 && Number.isFinite(value)),
            ),
          ).toBe(true);
          expect(spec.eosTokenIds.every((id) => Number.isSafeInteger(id) && id >= 0)).toBe(true);
          expect(spec.numHeads % spec.numKeyValueHeads).toBe(0);
          expect(spec.headDim % 2).toBe(0);
        });
        if (error !== undefined && !isRank1Error(error)) throw error;
        if (error !== undefined) expect((error as Rank1Error).message.length).toBeLessThan(500);
      }
      expect(numAccepted).toBeGreaterThan(500);
      expect(numAccepted).toBeLessThan(5500);
    },
  );
});

describe('kvBytesPerToken', () => {
  test('counts keys and values of every layer', () => {
    expect(kvBytesPerToken(parseModelSpec(QWEN), 'float16')).toBe(2 * 24 * 2 * 64 * 2);
    expect(kvBytesPerToken(parseModelSpec(QWEN), 'float32')).toBe(2 * 24 * 2 * 64 * 4);
  });
});
