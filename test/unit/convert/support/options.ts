import type { ConvertOptions } from '../../../../src/convert/convert-options.ts';
import { createSha256 } from '../../../../src/model/sha256.ts';

/** Options of a plain q4 conversion of the small checkpoints, which have no tokenizer, with `changes`. */
export function convertOptions(changes: Partial<ConvertOptions> = {}): ConvertOptions {
  return {
    dtype: 'q4',
    layout: 'rank1',
    method: 'symmetric',
    blockSize: 32,
    maxPositions: 16_384,
    shardBytes: 512 * 2 ** 20,
    accuracyLevel: 0,
    source: { name: 'test', revision: null },
    createHash: createSha256,
    onProgress: () => undefined,
    withoutTokenizer: true,
    signal: new AbortController().signal,
    ...changes,
  };
}
