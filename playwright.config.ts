import { defineConfig } from '@playwright/test';
import { findChromium, findHeadlessChromium } from './scripts/find-chromium.mjs';
import { FULL_ONLY, IS_FULL } from './test/tier.ts';

const executablePath = IS_FULL ? findChromium() : findHeadlessChromium();
const PORT = Number(process.env['RANK1_TEST_PORT'] ?? 4179);

/** `npm test` has built the site. */
const IS_BUILT = process.env['RANK1_SITE'] === 'built';

const LEFT_OUT = IS_FULL ? [] : FULL_ONLY;

/** They decode with a model, on all cores. The others have a scripted worker, a small model or none. */
const MODEL = [
  'webgpu/**/*.spec.ts',
  'e2e/{offline,page,triage}.spec.ts',
  'browser/{convert-transformersjs,element-oracle,frozen-tab,recovery,soak*,vanished-model,worker}.spec.ts',
];

export default defineConfig({
  testDir: 'test',
  outputDir: 'test-results',
  ...(!IS_FULL && { grepInvert: /@full/ }),
  workers: 2,
  projects: [
    // First, as it takes longer. Two at once would only make each other slower, and the machine may not hold two models.
    { name: 'model', testMatch: MODEL, testIgnore: LEFT_OUT, workers: 1 },
    // Beside it: they mostly wait for the page.
    {
      name: 'scripted',
      testMatch: '{browser,e2e}/**/*.spec.ts',
      testIgnore: [...MODEL, ...LEFT_OUT],
      workers: 2,
    },
  ],
  forbidOnly: Boolean(process.env['CI']),
  // No test measures time; this only ends a run that hangs. Software WebGPU on a busy machine is very slow.
  timeout: 600_000,
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
    command: `${IS_BUILT ? '' : 'vite build --mode test && '}vite preview --mode test --host 127.0.0.1 --port ${PORT} --strictPort`,
    url: `http://127.0.0.1:${PORT}/`,
    reuseExistingServer: false,
    timeout: 600_000,
  },
});
