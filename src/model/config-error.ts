/** Errors for an unusable config.json: the key, its value, and what to do. */
import { Rank1Error } from '../base/errors.ts';

/** The value is valid, but not supported here. */
export function configUnsupported(key: string, value: unknown, supported: string): Rank1Error {
  return new Rank1Error(
    'model-unsupported',
    `config.json sets ${key.slice(0, 80)} to ${quote(value)}, which is not supported; ${supported}. Choose another checkpoint.`,
  );
}

/** The value makes no sense. */
export function configCorrupt(key: string, value: unknown, problem: string): Rank1Error {
  return new Rank1Error(
    'model-corrupt',
    `config.json: ${key} ${problem}, not ${quote(value)}. Download the model again.`,
  );
}

/** Kept short even for hostile files: an object may be too deep to print. */
export function quote(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.slice(0, 60));
  if (value === undefined) return 'nothing';
  return typeof value === 'object' && value !== null ? 'an object' : String(value).slice(0, 60);
}
