import { defineConfig } from '@playwright/test';
import { findChromium } from './scripts/find-chromium.mjs';

const executablePath = findChromium();
const PORT = Number(process.env['RANK1_TEST_PORT'] ?? 4179);

export default defineConfig({
  testDir: 'test',
  testMatch: ['browser/**/*.spec.ts', 'webgpu/**/*.spec.ts', 'e2e/**/*.spec.ts'],
  outputDir: 'test-results',
  // Software WebGPU and WASM fill the machine: tests beside them would only make all of them slower.
  workers: 1,
  forbidOnly: Boolean(process.env['CI']),
  // No test measures time; this only ends a run that hangs. Software WebGPU on a busy machine is very slow.
  timeout: 1_800_000,
  expect: { timeout: 30_000 },
  reporter: [['list'], ['json', { outputFile: 'test-results/playwright.json' }]],
  use: {
    baseURL: `http://127.0.0.1:${PORT}/`,
    browserName: 'chromium',
    launchOptions: {
      ...(executablePath && { executablePath }),
      args: [
        '--enable-unsafe-webgpu',
        '--use-webgpu-adapter=swiftshader',
        '--enable-unsafe-swiftshader',
        '--disable-background-networking',
        '--disable-component-update',
      ],
      // Chromium's sandbox refuses to start as root, which is what containers usually are.
      chromiumSandbox: process.getuid?.() !== 0,
    },
  },
  webServer: {
    command: `npx vite build --mode test && npx vite preview --mode test --host 127.0.0.1 --port ${PORT} --strictPort`,
    url: `http://127.0.0.1:${PORT}/`,
    reuseExistingServer: false,
    timeout: 120_000,
  },
});
