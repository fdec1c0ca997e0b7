import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: { include: ['test/{unit,contract,conformance}/**/*.test.ts'], environment: 'node' },
});
