/**
 * Keys of config.json that affect the arithmetic but have only one supported value, and keys with no effect
 * here. The converter warns of any other key.
 */
import { configCorrupt, configUnsupported } from './config-error.ts';
import { switchField, type ConfigFields } from './config-fields.ts';

/** Read by model-spec.ts, rope-config.ts and the rules below. */
const READ_KEYS = `architectures model_type hidden_size intermediate_size num_hidden_layers num_attention_heads
  num_key_value_heads head_dim vocab_size max_position_embeddings rope_theta rope_scaling rope_parameters rms_norm_eps
  tie_word_embeddings attention_bias eos_token_id hidden_act mlp_bias partial_rotary_factor use_sliding_window
  sliding_window max_window_layers layer_types quantization_config quantization rope_interleaved pruned_heads`;

/** Names, precision, training, and generation settings, which are overridden by the caller's options. */
const HARMLESS_KEYS = `_name_or_path name_or_path _model_name_or_path transformers_version torch_dtype dtype use_cache bos_token_id pad_token_id
  unk_token_id sep_token_id cls_token_id mask_token_id decoder_start_token_id initializer_range attention_dropout
  hidden_dropout resid_pdrop embd_pdrop attn_pdrop classifier_dropout pretraining_tp _attn_implementation
  attn_implementation _attn_implementation_autoset _attn_implementation_internal output_attentions output_hidden_states
  return_dict torchscript use_bfloat16 is_decoder is_encoder_decoder add_cross_attention cross_attention_hidden_size
  tie_encoder_decoder chunk_size_feed_forward task_specific_params problem_type id2label label2id num_labels
  finetuning_task tokenizer_class prefix tf_legacy_loss is_llama_config unsloth_fixed unsloth_version
  transformers.js_config original_max_position_embeddings model_name _commit_hash _from_model_config
  max_length min_length do_sample early_stopping num_beams num_beam_groups diversity_penalty temperature top_k top_p
  typical_p repetition_penalty length_penalty no_repeat_ngram_size encoder_no_repeat_ngram_size bad_words_ids
  num_return_sequences output_scores return_dict_in_generate forced_bos_token_id forced_eos_token_id
  remove_invalid_values exponential_decay_length_penalty suppress_tokens begin_suppress_tokens`;

const KNOWN_KEYS = new Set([READ_KEYS, HARMLESS_KEYS].flatMap((keys) => keys.split(/\s+/)));

/** Unknown keys of a config.json, for a warning. */
export function unknownConfigKeys(fields: ConfigFields): string[] {
  return Object.keys(fields).filter((key) => !KNOWN_KEYS.has(key));
}

/** @throws Rank1Error `model-unsupported` or `model-corrupt`, naming the key */
export function checkConfigRules(fields: ConfigFields): void {
  const activation = fields['hidden_act'] ?? 'silu';
  if (activation !== 'silu') throw configUnsupported('hidden_act', activation, 'only "silu" is');
  for (const key of ['mlp_bias', 'rope_interleaved']) {
    if (switchField(fields, key)) throw configUnsupported(key, true, 'only false is');
  }
  const pruned = fields['pruned_heads'] ?? {};
  if (typeof pruned !== 'object' || Object.keys(pruned).length > 0) {
    throw configUnsupported('pruned_heads', pruned, 'only whole layers are');
  }
  checkLayerTypes(fields['layer_types']);
  checkSlidingWindow(fields);
  checkQuantization(fields);
}

function checkLayerTypes(types: unknown): void {
  if (types === undefined || types === null) return;
  if (!Array.isArray(types)) throw configCorrupt('layer_types', types, 'must be a list');
  const other: unknown = types.find((type) => type !== 'full_attention');
  if (other !== undefined) throw configUnsupported('layer_types', other, 'only "full_attention" is');
}

/**
 * Qwen2's sliding window applies if use_sliding_window is set, from layer max_window_layers on; Mistral's
 * applies whenever it is set, as it has no such switch. A window as long as the longest sequence has no effect.
 */
function checkSlidingWindow(fields: ConfigFields): void {
  const { sliding_window: window, max_position_embeddings: longest } = fields;
  const isSwitched = 'use_sliding_window' in fields && fields['model_type'] !== 'mistral';
  if (isSwitched && !switchField(fields, 'use_sliding_window')) return;
  if (!isSwitched && (fields['model_type'] === 'qwen2' || window === undefined || window === null)) return;
  const { max_window_layers: firstWindowed, num_hidden_layers: numLayers } = fields;
  const isAnyLayerWindowed =
    !isSwitched || typeof firstWindowed !== 'number' || firstWindowed < (numLayers as number);
  const isShorter = typeof window !== 'number' || window < (longest as number);
  if (isAnyLayerWindowed && isShorter) {
    const [key, value] = isSwitched ? ['use_sliding_window', true] : ['sliding_window', window];
    throw configUnsupported(key as string, value, 'full attention is');
  }
}

function checkQuantization(fields: ConfigFields): void {
  const mlx = fields['quantization'];
  if (mlx !== undefined && mlx !== null) {
    throw configUnsupported(
      'quantization',
      mlx,
      'that is how MLX stores quantised weights, and the original checkpoint is',
    );
  }
  const value = fields['quantization_config'];
  if (value === undefined || value === null) return;
  if (typeof value !== 'object') throw configCorrupt('quantization_config', value, 'must be an object');
  const settings = value as ConfigFields;
  const { quant_method: method, bits, version } = settings;
  const refuse = (key: string, found: unknown, supported: string) =>
    configUnsupported(`quantization_config.${key}`, found, supported);
  if (method === undefined && 'group_size' in settings && !('w_bit' in settings)) {
    throw refuse(
      'group_size',
      settings['group_size'],
      'that is how MLX stores quantised weights, and the original checkpoint is',
    );
  }
  if (method !== 'awq') throw refuse('quant_method', method, 'only "awq" is');
  if ((bits ?? settings['w_bit'] ?? 4) !== 4) throw refuse('bits', bits ?? settings['w_bit'], 'only 4 is');
  if (settings['zero_point'] === false) {
    throw refuse('zero_point', false, 'only AutoAWQ with zero points is');
  }
  if (version !== undefined && version !== null && String(version).toLowerCase() !== 'gemm') {
    throw refuse('version', version, 'only AutoAWQ\'s "gemm" is');
  }
}
