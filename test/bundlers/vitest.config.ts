import { defineConfig } from 'vitest/config';

/** No test measures time; this only ends a run that hangs. An app installs hundreds of packages. */
const HANG_MS = 1_800_000;

export default defineConfig({
  test: { include: ['test/bundlers/**/*.test.ts'], testTimeout: HANG_MS, hookTimeout: HANG_MS },
});
