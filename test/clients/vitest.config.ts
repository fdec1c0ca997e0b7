import { defineConfig } from 'vitest/config';

/** No test measures time; this only ends a run that hangs. The first run installs a hundred packages. */
const HANG_MS = 1_800_000;

export default defineConfig({
  test: { include: ['test/clients/**/*.test.ts'], testTimeout: HANG_MS, hookTimeout: HANG_MS },
});
