/**
 * Rotary position settings in `config.json`. Newer files have one object `rope_parameters`, older ones
 * `rope_scaling` with `rope_theta` beside or inside it; precedence follows transformers 5. Unknown types are
 * refused by name, because a wrong frequency produces fluent nonsense rather than an error.
 */
import { configCorrupt, configUnsupported } from './config-error.ts';
import { numberField, type ConfigFields } from './config-fields.ts';

export interface RopeSpec {
  readonly theta: number;
  /** `null` if positions are not rescaled. */
  readonly scaling: Llama3RopeScaling | null;
}

/** Factors of Llama 3.1's frequency rescaling. */
export interface Llama3RopeScaling {
  readonly factor: number;
  readonly lowFreqFactor: number;
  readonly highFreqFactor: number;
  readonly originalMaxPositions: number;
}

/** transformers' defaults for these architectures. */
const DEFAULT_THETA = 10_000;
const PLAIN_KEYS = new Set(['rope_type', 'type', 'rope_theta', 'partial_rotary_factor']);
const LLAMA3_KEYS = new Set([
  ...PLAIN_KEYS,
  'factor',
  'low_freq_factor',
  'high_freq_factor',
  'original_max_position_embeddings',
]);

/** @throws Rank1Error `model-unsupported`, `model-corrupt` */
export function parseRope(fields: ConfigFields): RopeSpec {
  const parsed = ['rope_scaling', 'rope_parameters']
    .filter((key) => fields[key] !== undefined && fields[key] !== null)
    .map((key) => ({ key, rope: parseObject(key, fields[key], fields) }));
  const [first, second] = parsed;
  if (!first) {
    checkPartialRotary('partial_rotary_factor', fields['partial_rotary_factor']);
    return { theta: theta(fields, 'rope_theta'), scaling: null };
  }
  if (second && !isSame(first.rope, second.rope)) {
    throw configUnsupported(
      'rope_scaling and rope_parameters',
      fields['rope_scaling'],
      'the two say different things, and one has to be removed',
    );
  }
  return first.rope;
}

function parseObject(key: string, value: unknown, fields: ConfigFields): RopeSpec {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw configCorrupt(key, value, 'must be an object');
  }
  const rope = value as ConfigFields;
  const type = rope['rope_type'] ?? rope['type'];
  const nested = Object.entries(rope).find(([, part]) => typeof part === 'object' && part !== null);
  if (nested)
    throw configUnsupported(`${key}.${nested[0]}`, nested[1], 'one set of positions for all layers is');
  if (type === undefined && 'factor' in rope) {
    throw configUnsupported(`${key}.factor`, rope['factor'], `only with a ${key}.rope_type beside it is`);
  }
  const isLlama3 = type === 'llama3';
  if (!isLlama3 && type !== undefined && type !== 'default') {
    throw configUnsupported(`${key}.rope_type`, type, 'only "default" and "llama3" are');
  }
  const known = isLlama3 ? LLAMA3_KEYS : PLAIN_KEYS;
  const unknown = Object.keys(rope).find((name) => !known.has(name));
  if (unknown !== undefined) {
    throw configUnsupported(
      `${key}.${unknown}`,
      rope[unknown],
      `it is not known for rope_type ${String(type)}`,
    );
  }
  checkPartialRotary(
    `${key}.partial_rotary_factor`,
    rope['partial_rotary_factor'] ?? fields['partial_rotary_factor'],
  );
  return {
    theta: 'rope_theta' in rope ? theta(rope, `${key}.rope_theta`) : theta(fields, 'rope_theta'),
    scaling: isLlama3 ? parseLlama3(key, rope) : null,
  };
}

function theta(source: ConfigFields, key: string): number {
  return numberField(source, 'rope_theta', { above: 0, fallback: DEFAULT_THETA, shownAs: key });
}

function checkPartialRotary(key: string, value: unknown): void {
  if (value === undefined || value === null || value === 1) return;
  throw configUnsupported(key, value, 'only 1 is');
}

function parseLlama3(key: string, rope: ConfigFields): Llama3RopeScaling {
  const positive = (name: string): number => numberField(rope, name, { above: 0, shownAs: `${key}.${name}` });
  return {
    factor: positive('factor'),
    lowFreqFactor: positive('low_freq_factor'),
    highFreqFactor: positive('high_freq_factor'),
    originalMaxPositions: positive('original_max_position_embeddings'),
  };
}

function isSame(a: RopeSpec, b: RopeSpec): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
