import { Rank1Error } from '../base/errors.ts';

/** A device whose logits are no numbers. The worker sees it within a request, the page over the requests of a run. */
export function noNumbers(): Rank1Error {
  return new Rank1Error(
    'run-failed',
    'The model computed no valid numbers for any document. Load the model again, or choose another device or dtype.',
  );
}
