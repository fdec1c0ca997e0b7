/** Reads numbers and booleans of a config.json, which is untrusted. */
import { configCorrupt } from './config-error.ts';

export type ConfigFields = Readonly<Record<string, unknown>>;

/**
 * @param limits.fallback used if the key is missing or null; without it the key is required
 * @throws Rank1Error `model-corrupt`
 */
export function integerField(
  fields: ConfigFields,
  name: string,
  limits: { readonly min: number; readonly max: number; readonly fallback?: number },
): number {
  const value = fields[name] ?? limits.fallback;
  if (Number.isInteger(value) && (value as number) >= limits.min && (value as number) <= limits.max) {
    return value as number;
  }
  throw configCorrupt(name, value, `must be an integer from ${limits.min} to ${limits.max}`);
}

/** @param limits.shownAs the key's name in messages. @throws Rank1Error `model-corrupt` */
export function numberField(
  fields: ConfigFields,
  name: string,
  limits: { readonly above: number; readonly fallback?: number; readonly shownAs?: string },
): number {
  const value = fields[name] ?? limits.fallback;
  if (typeof value === 'number' && Number.isFinite(value) && value > limits.above) return value;
  throw configCorrupt(limits.shownAs ?? name, value, `must be a number above ${limits.above}`);
}

/** A boolean that defaults to false when missing or null. @throws Rank1Error `model-corrupt` */
export function switchField(fields: ConfigFields, name: string): boolean {
  const value = fields[name] ?? false;
  if (typeof value === 'boolean') return value;
  throw configCorrupt(name, value, 'must be true or false');
}
