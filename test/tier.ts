/** `npm test` runs what is quick; `npm run test:full` runs everything, and says so in the environment. */
export const IS_FULL = process.env['RANK1_TESTS'] === 'full';

/** Tests in a browser that only the full run has. */
export const FULL = { tag: '@full' } as const;

/** Files that only the full run has. */
export const FULL_ONLY = ['**/*.full.{test,spec}.ts'];
