import { defineConfig } from 'vitest/config';

/** No test measures time; this only ends a run that hangs. */
const HANG_MS = 900_000;

export default defineConfig({
  test: {
    include: ['test/browsers/**/*.test.ts'],
    globalSetup: 'test/browsers/build-site.ts',
    testTimeout: HANG_MS,
    hookTimeout: HANG_MS,
    expect: { poll: { interval: 100, timeout: HANG_MS / 2 } },
    // A browser that decodes has all cores.
    fileParallelism: false,
  },
});
