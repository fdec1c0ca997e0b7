/** Each option of a run by itself, as every door must hand it on: to the API as it is, and on a command line. */
import type { RerankOptions } from '../../src/protocol/rerank-api.ts';

export const EVERY_OPTION: readonly (readonly [options: RerankOptions, flags: readonly string[]])[] = [
  [{ reasons: 'all' }, ['--reasons', 'all']],
  [{ reasons: 'none' }, ['--reasons', 'none']],
  [{ reasons: 'none' }, ['--mode', 'instant']],
  [{ reasons: 'top' }, ['--reasons', 'top']],
  [{ reasons: 'top', top: 3 }, ['--reasons', 'top', '--top', '3']],
  [{ instruction: 'Only Asia.' }, ['--instruction', 'Only Asia.']],
  [{ preset: 'counterargument' }, ['--preset', 'counterargument']],
  [{ queryTemplate: 'On FILL_QUERY_HERE.' }, ['--query-template', 'On FILL_QUERY_HERE.']],
  [{ longDocuments: 'truncate' }, ['--long-documents', 'truncate']],
  [{ longDocuments: 'passages' }, ['--long-documents', 'passages']],
  [{ maxNewTokens: 9 }, ['--max-new-tokens', '9']],
  [{ maxSlots: 3 }, ['--slots', '3']],
  [{ rethink: 2 }, ['--rethink', '2']],
  [{ samples: 4 }, ['--samples', '4']],
  [{ samples: 4, temperature: 0.25 }, ['--samples', '4', '--temperature', '0.25']],
  [{ samples: 4, temperature: 0, seed: 11 }, ['--samples', '4', '--temperature', '0', '--seed', '11']],
  [{ loopGuard: true }, ['--loop-guard']],
];
