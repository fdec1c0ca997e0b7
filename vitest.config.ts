import { fileURLToPath } from 'node:url';
import { BaseSequencer, type TestSpecification } from 'vitest/node';
import { configDefaults, defineConfig } from 'vitest/config';
import { CHROMIUM_FOLDERS } from './test/webgpu-node/chromium-folders.ts';
import { FULL_ONLY, IS_FULL } from './test/tier.ts';

/** Chromium brings a Vulkan loader too, which the system may lack. It is looked up when a worker's process starts. */
process.env['LD_LIBRARY_PATH'] = [process.env['LD_LIBRARY_PATH'], ...CHROMIUM_FOLDERS]
  .filter(Boolean)
  .join(':');

/** No test measures time; this only ends a run that hangs. */
const HANG_MS = 900_000;

/** What takes longest starts first. */
const LONG = /conformance\/|webgpu-node\/|cli\/|package\/|true-width/;

/** They measure the memory of their process. */
const OWN_PROCESS = ['test/unit/convert/memory.test.ts'];

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const isLong = ({ moduleId }: TestSpecification): boolean => LONG.test(moduleId);
    return [...sorted.filter(isLong), ...sorted.filter((file) => !isLong(file))];
  }
}

const shared = {
  environment: 'node' as const,
  exclude: [...configDefaults.exclude, ...(IS_FULL ? [] : FULL_ONLY)],
  testTimeout: HANG_MS,
  hookTimeout: HANG_MS,
  expect: { poll: { timeout: 120_000 } },
  // The command line takes the small model where a test names none.
  env: { RANK1_MODEL: fileURLToPath(new URL('test/fixtures/demo-model', import.meta.url)) },
};

export default defineConfig({
  test: {
    maxWorkers: '100%',
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        test: {
          ...shared,
          name: 'unit',
          include: ['test/{unit,contract}/**/*.test.ts'],
          exclude: [...shared.exclude, ...OWN_PROCESS],
          // Modules are loaded once for all files; a file that changes globals restores them.
          isolate: false,
        },
      },
      {
        test: {
          ...shared,
          name: 'node',
          include: ['test/{package,cli,webgpu-node}/**/*.test.ts', ...OWN_PROCESS],
          globalSetup: 'test/cli/built-cli.ts',
        },
      },
      {
        test: {
          ...shared,
          name: 'conformance',
          include: ['test/conformance/**/*.test.ts'],
          globalSetup: 'test/conformance/convert-demo.ts',
        },
      },
    ],
  },
});
