import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { klDivergence, logSoftmax, measureAgreement } from '../../../src/convert/compare/agreement.ts';
import { OpenedModel } from '../../../src/convert/compare/opened-model.ts';
import { DEFAULT_SAMPLES } from '../../../src/convert/compare/samples.ts';
import { fixturePath } from './support/fixtures.ts';

const DEMO = fileURLToPath(new URL('../../../public/models/rank1-demo', import.meta.url));

describe('klDivergence', () => {
  it('is the hand-computed value, and zero only for equal distributions', () => {
    const p = logSoftmax([Math.log(1), Math.log(3)]);
    const q = logSoftmax([Math.log(2), Math.log(2)]);
    expect(klDivergence(p, q)).toBeCloseTo(0.25 * Math.log(0.5) + 0.75 * Math.log(1.5), 12);
    expect(klDivergence(p, p)).toBe(0);
  });

  it('does not overflow on large logits', () => {
    expect([...logSoftmax([1000, 1000])]).toEqual([-Math.log(2), -Math.log(2)]);
  });
});

describe('measureAgreement', () => {
  it('finds a model in full agreement with itself', { timeout: 300_000 }, async () => {
    const model = await OpenedModel.open(DEMO);
    const agreement = await measureAgreement(model, model, DEFAULT_SAMPLES.slice(0, 1), 4);
    await model.release();
    expect(agreement).toMatchObject({ meanKl: 0, maxKl: 0, sameToken: 1 });
    expect(agreement.positions).toBe(5);
  });

  it('refuses a folder that is not a model', async () => {
    await expect(OpenedModel.open(fixturePath('small/llama'))).rejects.toMatchObject({
      code: 'model-not-found',
    });
  });
});
