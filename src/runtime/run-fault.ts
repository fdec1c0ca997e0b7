/** What a step that threw tells of: memory that ran out, or a run that failed; both leave a session that must not be used again. */
import { errorMessage, isRank1Error, Rank1Error } from '../base/errors.ts';

/** Engines and ORT word it in many ways: "Array buffer allocation failed", "bad_alloc", "Out of memory", "memory access out of bounds". */
const OF_MEMORY = /memory|alloc/i;

export function runFault(error: unknown): Rank1Error {
  if (isRank1Error(error)) return error;
  const message = errorMessage(error).slice(0, 200);
  if (OF_MEMORY.test(message)) {
    return new Rank1Error(
      'out-of-memory',
      `The model ran out of memory while it ran (${message}). Close other tabs, or take fewer rows, a smaller model or dtype.`,
      { cause: error },
    );
  }
  return new Rank1Error(
    'run-failed',
    `The model failed while it ran (${message}). Load the model again, or choose another device.`,
    { cause: error },
  );
}
