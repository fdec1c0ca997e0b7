import { defineConfig } from 'vitest/config';

/** No test measures time; this only ends a run that hangs. */
const HANG_MS = 900_000;

export default defineConfig({
  test: {
    include: ['test/{unit,contract,conformance,package,cli}/**/*.test.ts'],
    environment: 'node',
    testTimeout: HANG_MS,
    hookTimeout: HANG_MS,
  },
});
