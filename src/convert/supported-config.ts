/** What a config.json may ask for that model-spec.ts does not look at, and that the graph does not have. */
import { Rank1Error } from '../base/errors.ts';

/** @throws Rank1Error `model-unsupported` that names the setting */
export function checkSupported(config: Readonly<Record<string, unknown>>): void {
  const activation = config['hidden_act'] ?? 'silu';
  if (activation !== 'silu') throw unsupported('hidden_act', activation, 'only "silu" is');
  if (config['mlp_bias'] === true) throw unsupported('mlp_bias', true, 'MLPs without bias are');
  const partial = config['partial_rotary_factor'] ?? 1;
  if (partial !== 1) throw unsupported('partial_rotary_factor', partial, 'only 1 is');
  checkSlidingWindow(config);
  checkQuantization(config['quantization_config']);
}

/** Qwen2 names a window that is off unless use_sliding_window says so; Mistral's is on whenever it is named. */
function checkSlidingWindow(config: Readonly<Record<string, unknown>>): void {
  const window = config['sliding_window'];
  if (typeof window !== 'number' || 'use_sliding_window' in config || config['model_type'] === 'qwen2')
    return;
  const limit = config['max_position_embeddings'];
  if (typeof limit === 'number' && window >= limit) return;
  throw unsupported('sliding_window', window, 'full attention is');
}

function checkQuantization(value: unknown): void {
  if (value === undefined || value === null) return;
  const settings = value as Record<string, unknown>;
  const { quant_method: method, bits, version } = settings;
  if (method !== 'awq') throw unsupported('quantization_config.quant_method', method, 'only "awq" is');
  if ((bits ?? settings['w_bit'] ?? 4) !== 4)
    throw unsupported('quantization_config.bits', bits, 'only 4 is');
  if (settings['zero_point'] === false)
    throw unsupported('quantization_config.zero_point', false, 'only AutoAWQ with zero points is');
  if (typeof version === 'string' && version.toLowerCase() !== 'gemm') {
    throw unsupported('quantization_config.version', version, 'only AutoAWQ\'s "gemm" is');
  }
}

function unsupported(name: string, value: unknown, supported: string): Rank1Error {
  return new Rank1Error(
    'model-unsupported',
    `config.json sets ${name} to ${JSON.stringify(value)?.slice(0, 60)}, which cannot be converted; ${supported}. Choose another checkpoint.`,
  );
}
