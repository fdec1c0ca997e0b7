/** Throws when an invariant of our own code is broken: a bug here, never the caller's fault or the environment's. */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new Error(`Assertion failed: ${message}`);
}
