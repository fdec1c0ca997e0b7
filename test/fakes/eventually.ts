import { vi } from 'vitest';

/** Polls until `check` no longer throws. The limit only ends what would never come: busy machines are slow. */
export function eventually<T>(check: () => T | Promise<T>): Promise<T> {
  return vi.waitFor(check, { timeout: 120_000, interval: 5 });
}
