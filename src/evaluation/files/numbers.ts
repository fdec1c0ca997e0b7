/** Parses and formats numbers in files. */
import { invalidFile, quoted, type FilePlace } from './invalid-file.ts';

const DECIMAL = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
const INTEGER = /^[+-]?\d+$/;

export function isNumber(text: string | undefined): boolean {
  return text !== undefined && DECIMAL.test(text);
}

/** @throws Rank1Error invalid-file unless the text is a finite decimal number; NaN and inf are refused */
export function parseScore(text: string, place: FilePlace): number {
  const value = isNumber(text) ? Number(text) : NaN;
  if (!Number.isFinite(value)) {
    throw invalidFile(
      place,
      `the score ${quoted(text)} is not a finite number`,
      'Write a decimal number such as 12.75.',
    );
  }
  return value;
}

export function isGrade(text: string): boolean {
  return INTEGER.test(text);
}

/** @throws Rank1Error invalid-file unless the text is an integer */
export function parseGrade(text: string, place: FilePlace): number {
  const value = isGrade(text) ? Number(text) : NaN;
  if (!Number.isSafeInteger(value)) {
    throw invalidFile(
      place,
      `the grade ${quoted(text)} is not an integer`,
      'Grades are 0, 1, 2 and so on, or -1 for not judged.',
    );
  }
  return value;
}

/**
 * The shortest decimal that parses to the same double, with a decimal point so that Python reads a float.
 * Rounding would create ties, because rank1's scores saturate.
 * @throws RangeError if the score is not finite
 */
export function formatScore(score: number): string {
  if (!Number.isFinite(score)) throw new RangeError(`a score must be a finite number, not ${score}`);
  const text = String(score);
  return /^-?\d+$/.test(text) ? `${text}.0` : text;
}
