/** How two models are compared: on models whose numbers can be worked out by hand, and on the demo model. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import {
  klDivergence,
  logSoftmax,
  measureAgreement,
  type ComparedModel,
} from '../../../src/convert/compare/agreement.ts';
import {
  compareFolders,
  describeAgreement,
  parseCompareArguments,
  runCompare,
} from '../../../src/convert/compare/compare-command.ts';
import { OpenedModel } from '../../../src/convert/compare/opened-model.ts';
import { DEFAULT_SAMPLES } from '../../../src/convert/compare/samples.ts';
import { convertModel } from '../../../src/convert/convert-model.ts';
import { DiskOutput } from '../../../src/convert/node/disk-output.ts';
import { CharacterTokenizer } from '../../fakes/character-tokenizer.ts';
import { IS_FULL } from '../../tier.ts';
import { demoCheckpoint } from './support/demo-checkpoint.ts';
import { fixturePath } from './support/fixtures.ts';
import { convertOptions } from './support/options.ts';

const DEMO = fileURLToPath(new URL('../../../test/fixtures/demo-model', import.meta.url));
const { signal } = new AbortController();

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
  /** Two tokens; `odds` are the odds of token 1, one a position, that come after the prompt and after each token. */
  function model(
    labels: readonly ('true' | 'false' | null)[],
    chain: number[],
    odds: number[],
    vocabSize = 2,
  ) {
    let asked = 0;
    const seen: { tokenIds: readonly number[]; first: number }[] = [];
    const compared: ComparedModel = {
      spec: { vocabSize },
      tokenizer: new CharacterTokenizer(),
      decode: () => Promise.resolve({ tokenIds: chain, label: labels[asked++]! }),
      logits: (tokenIds, first) => {
        seen.push({ tokenIds, first });
        return Promise.resolve(Float32Array.from(odds.flatMap((value) => [0, Math.log(value)])));
      },
    };
    return { compared, seen };
  }
  const samples = ['a', 'b', 'c', 'd'].map((document) => ({ query: 'q', document }));
  const kl = (p: number, q: number) => p * Math.log(p / q) + (1 - p) * Math.log((1 - p) / (1 - q));

  it('is KL(reference || model) along the chains of the reference, and counts verdicts that both gave', async () => {
    // Odds of 3 and of 1/3 are shares of 3/4 and 1/4 of token 1.
    const reference = model(['true', 'false', null, 'true'], [1, 0], [3, 3, 1 / 3]);
    const other = model(['true', 'true', 'true', null], [0], [3, 1 / 3, 9]);
    const agreement = await measureAgreement(reference.compared, other.compared, samples, {
      maxNewTokens: 2,
      signal,
    });
    expect(agreement).toMatchObject({ positions: 12, verdicts: 2, sameVerdicts: 1 });
    expect(agreement.meanKl).toBeCloseTo((0 + kl(0.75, 0.25) + kl(0.25, 0.9)) / 3, 6);
    expect(agreement.maxKl).toBeCloseTo(kl(0.25, 0.9), 6);
    // The other way round it is another number, so swapped arguments would show.
    expect(Math.abs(kl(0.25, 0.9) - kl(0.9, 0.25))).toBeGreaterThan(0.1);
    expect(agreement.sameToken).toBeCloseTo(1 / 3, 12);
    // Both are asked for the reference's prompt and chain, from the prompt's last token on.
    expect(other.seen).toEqual(reference.seen);
    for (const { tokenIds, first } of other.seen) {
      expect(tokenIds.slice(first + 1)).toEqual([1, 0]);
    }
  });

  it('refuses models of different vocabularies', async () => {
    const options = { maxNewTokens: 2, signal };
    const two = model(['true'], [1], [1, 1]);
    const three = model(['true'], [1], [1, 1], 3);
    await expect(measureAgreement(two.compared, three.compared, samples, options)).rejects.toMatchObject({
      code: 'model-unsupported',
    });
  });
});

describe('the demo model', () => {
  let folder: string;
  const conversion = async (name: string, changes: Parameters<typeof convertOptions>[0]) => {
    const out = path.join(folder, name);
    await convertModel(demoCheckpoint(), await DiskOutput.begin(out, false), convertOptions(changes));
    return out;
  };
  beforeAll(async () => void (folder = await mkdtemp(path.join(tmpdir(), 'rank1-compare-'))));
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('in coarser blocks loses a little against fp32, and its own 4-bit weights nothing, by chains to the verdict', async () => {
    const fp32 = await conversion('fp32', { dtype: 'fp32' });
    const coarse = await conversion('q4-64', { blockSize: 64 });
    const samples = DEFAULT_SAMPLES.slice(0, IS_FULL ? 2 : 1);
    const options = { maxNewTokens: 160, signal };
    const reference = await OpenedModel.open(fp32);
    const chain = await OpenedModel.open(DEMO);
    const same = await measureAgreement(reference, chain, samples, options);
    const verdicts = samples.length;
    expect(same).toMatchObject({ verdicts, sameVerdicts: verdicts, sameToken: 1 });
    expect(same.maxKl).toBeLessThan(1e-6);
    await chain.release();
    const other = await OpenedModel.open(coarse);
    const lost = await measureAgreement(reference, other, samples, options);
    await other.release();
    await reference.release();
    expect(lost.positions).toBe(same.positions);
    expect(lost.meanKl).toBeGreaterThan(1e-3);
    expect(lost.meanKl).toBeLessThan(0.5);
    expect(lost.sameToken).toBeGreaterThan(0.8);
  });

  it('is compared with itself by the command, on the samples of a file with a byte order mark', async () => {
    const file = path.join(folder, 'samples.json');
    await writeFile(file, `\ufeff${JSON.stringify(DEFAULT_SAMPLES.slice(0, 1))}`);
    const printed = vi.spyOn(console, 'log').mockImplementation(() => undefined);
    await runCompare({ reference: DEMO, model: DEMO, samples: file, maxNewTokens: 4 }, signal);
    const text = printed.mock.calls.flat().join('\n');
    printed.mockRestore();
    expect(text).toMatch(/KL 0\.00e\+0 nats on average, 0\.00e\+0 at most, at 5 positions/);
    expect(text).toContain('same verdict: 0 of 0 (1 of 1 chains without one)');
  });

  it('loses little in fast arithmetic, but not nothing', async () => {
    const options = { maxNewTokens: 24, signal };
    const text = await compareFolders(DEMO, DEMO, DEFAULT_SAMPLES.slice(0, IS_FULL ? 2 : 1), options, 'fast');
    const [, meanKl] = /KL (\S+) nats/.exec(text) ?? [];
    expect(Number(meanKl)).toBeGreaterThan(1e-7);
    expect(Number(meanKl)).toBeLessThan(0.05);
  });

  it('is not decoded any further once the comparison was told to stop', async () => {
    const options = { maxNewTokens: 160, signal: AbortSignal.abort(new Error('stop')) };
    await expect(compareFolders(DEMO, DEMO, DEFAULT_SAMPLES, options)).rejects.toThrow('stop');
  });

  it.each([
    ['q4f16', { dtype: 'q4f16' as const }],
    ['the layout of transformers.js', { layout: 'transformersjs' as const }],
  ])('cannot be compared in %s, which the refusal says', async (name, changes) => {
    await expect(
      OpenedModel.open(await conversion(name.replaceAll(' ', '-'), changes)),
    ).rejects.toMatchObject({
      code: 'model-unsupported',
      message: expect.stringContaining('rank1 layout, and compute in fp32'),
    });
  });

  it('is no comparison for a folder that is not a model, nor for samples that are none', async () => {
    await expect(OpenedModel.open(fixturePath('small/llama'))).rejects.toMatchObject({
      code: 'model-not-found',
    });
    const file = path.join(folder, 'bad.json');
    await writeFile(file, JSON.stringify([{ query: 'q' }]));
    const args = { reference: DEMO, model: DEMO, samples: file, maxNewTokens: 4 };
    await expect(runCompare(args, signal)).rejects.toMatchObject({ code: 'invalid-file' });
  });
});

describe('what is printed', () => {
  it('names every figure, and how many chains ended without a verdict', () => {
    const agreement = {
      positions: 40,
      meanKl: 0.0123,
      maxKl: 1.5,
      sameToken: 0.975,
      verdicts: 9,
      sameVerdicts: 8,
    };
    expect(describeAgreement(agreement, 12).split('\n')).toEqual([
      'next token: KL 1.23e-2 nats on average, 1.50e+0 at most, at 40 positions',
      'same token: 97.5 %',
      'same verdict: 8 of 9 (3 of 12 chains without one)',
    ]);
  });
});

describe('parseCompareArguments', () => {
  it('takes the reference first', () => {
    expect(parseCompareArguments(['a', 'b', '--samples', 'c', '--max-new-tokens', '9'])).toEqual({
      reference: 'a',
      model: 'b',
      samples: 'c',
      maxNewTokens: 9,
    });
    expect(parseCompareArguments(['a', 'b'])).toMatchObject({ samples: undefined, maxNewTokens: 128 });
    expect(parseCompareArguments(['a', 'b', '--arithmetic', 'fast'])).toMatchObject({ arithmetic: 'fast' });
  });

  it.each([
    [[]],
    [['a']],
    [['a', 'b', 'c']],
    [['a', 'b', '--max-new-tokens', '0']],
    [['a', 'b', '--nonsense']],
    [['a', 'b', '--arithmetic', 'auto']],
  ])('refuses %j', (args) => {
    expect(() => parseCompareArguments(args)).toThrow(/./);
  });
});
