/** A conversion streams: it needs a fraction of even its largest tensor. Full-size figures: test/bench/convert.mjs. */
import { expect, it } from 'vitest';
import { measureConversion } from '../../bench/convert.ts';

it('converts 780 MB in less extra memory than half its largest tensor', { timeout: 240_000 }, async () => {
  const figures = await measureConversion('rank1-3b', 'q4', 'symmetric', { num_hidden_layers: 1 });
  expect(figures.inputGB).toBeGreaterThan(0.77);
  expect(figures.peakExtraMB).toBeLessThan(311);
});
