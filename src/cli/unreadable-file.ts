/** What the disk says of a file that cannot be read, as a fault of the input. */
import { Rank1Error, errorMessage } from '../base/errors.ts';

/** The error itself when it is of another kind. */
export function asInvalidFile(error: unknown): unknown {
  if (!(error instanceof Error) || !('code' in error) || error instanceof Rank1Error) return error;
  return new Rank1Error('invalid-file', `A file could not be read: ${errorMessage(error)}. Check its name.`);
}
