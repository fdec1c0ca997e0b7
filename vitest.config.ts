import { BaseSequencer, type TestSpecification } from 'vitest/node';
import { defineConfig } from 'vitest/config';

/** No test measures time; this only ends a run that hangs. */
const HANG_MS = 900_000;

/** What takes a minute or more, so that it does not begin when all else has ended. */
const LONG = /conformance\/|cli\/|unit\/convert\/true-width/;

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const isLong = ({ moduleId }: TestSpecification): boolean => LONG.test(moduleId);
    return [...sorted.filter(isLong), ...sorted.filter((file) => !isLong(file))];
  }
}

export default defineConfig({
  test: {
    include: ['test/{unit,contract,conformance,package,cli}/**/*.test.ts'],
    environment: 'node',
    testTimeout: HANG_MS,
    hookTimeout: HANG_MS,
    maxWorkers: '100%',
    sequence: { sequencer: LongestFirst },
  },
});
