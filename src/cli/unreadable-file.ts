/** Turns file system errors into input errors. */
import { Rank1Error, errorMessage } from '../base/errors.ts';

/** Returns other errors unchanged. */
export function asInvalidFile(error: unknown): unknown {
  if (!(error instanceof Error) || !('code' in error) || error instanceof Rank1Error) return error;
  return new Rank1Error('invalid-file', `A file could not be read: ${errorMessage(error)}. Check its name.`);
}
