/** Builds file errors uniformly: file, line, problem, remedy. */
import { Rank1Error } from '../../base/errors.ts';

/** A place in a file; lines start at 1. */
export interface FilePlace {
  readonly file: string;
  readonly line: number;
}

/** Called by a reader with the place of the row it yields next. */
export type OnPlace = (place: FilePlace) => void;

/**
 * @param problem what is wrong, without a full stop
 * @param remedy one sentence: what the user can do about it
 */
export function invalidFile({ file, line }: FilePlace, problem: string, remedy: string): Rank1Error {
  return new Rank1Error('invalid-file', `${file}, line ${line}: ${problem}. ${remedy}`);
}

/** A value from a file, safe for messages: quoted, escaped, and cut to 60 characters. */
export function quoted(value: string): string {
  return JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value);
}
