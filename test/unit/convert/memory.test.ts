/** A conversion streams: it needs a fraction of even its largest tensor. Full-size figures: test/bench/convert.mjs. */
import { expect, it } from 'vitest';
import type { ConvertDtype } from '../../../src/convert/convert-options.ts';
import type { SyntheticKind } from './support/synthetic-checkpoint.ts';
import { measureConversion } from '../../bench/convert.ts';
import { IS_FULL } from '../../tier.ts';

// The largest tensor is the embedding table, 622 MB of bf16. Peaks are of the process, so the leanest comes first.
// fp16 turns whole matrices in memory (45 MB here), AWQ reads one whole.
const CASES: [ConvertDtype, SyntheticKind, limitMB: number][] = [
  ['q4', 'fast', 311],
  ['q8', 'fast', 311],
  ['q4', 'awq', 450],
  ['fp16', 'fast', 450],
];
const isRun = ([dtype, kind]: (typeof CASES)[number]): boolean =>
  IS_FULL || (dtype === 'q4' && kind === 'fast');
it.each(CASES.filter(isRun))(
  'converts 3B, one layer, to %s from %s in less extra memory than %i MB',
  async (dtype, kind, limitMB) => {
    const figures = await measureConversion('rank1-3b', dtype, 'symmetric', { num_hidden_layers: 1 }, kind);
    expect(figures.inputGB).toBeGreaterThan(kind === 'awq' ? 0.65 : 0.77);
    expect(figures.peakExtraMB).toBeLessThan(limitMB);
  },
);
