import { describe, expect, it } from 'vitest';
import { toSinglePrecision } from '../../../src/evaluation/document-order.ts';
import { evaluateRun, type Evaluation } from '../../../src/evaluation/evaluate.ts';
import { sourceFile } from '../../../src/evaluation/files/source-file.ts';
import { readTrecQrels } from '../../../src/evaluation/files/trec-qrels.ts';
import { readTrecRun } from '../../../src/evaluation/files/trec-run.ts';
import { MTEB_CUTOFFS, parseMeasure } from '../../../src/evaluation/measures/measure.ts';
import { loadGoldenCases, type GoldenCase } from './fixture-files.ts';

/** trec_eval's name of a measure to ours. RR without a cutoff, since RR@k breaks ties as ir_measures does. */
const NAMES = new Map<string, string>([
  ['ndcg', 'nDCG'],
  ['map', 'AP'],
  ['recip_rank', 'RR'],
]);
for (const k of MTEB_CUTOFFS) {
  NAMES.set(`ndcg_cut_${k}`, `nDCG@${k}`)
    .set(`map_cut_${k}`, `AP@${k}`)
    .set(`P_${k}`, `P@${k}`)
    .set(`recall_${k}`, `R@${k}`);
}

const cases = loadGoldenCases();
const VERSIONS = ['trecEval9', 'trecEval10'] as const;

describe.each(VERSIONS)('measures, against %s', (version) => {
  const answered = cases.filter((golden) => typeof golden[version] !== 'string');

  it('are compared on at least 30 cases with ties, unjudged documents, negative grades and ids outside ASCII', () => {
    expect(answered.length).toBeGreaterThanOrEqual(30);
    expect(answered.some(({ qrels }) => /[ \t]-\d\n/.test(qrels))).toBe(true);
    expect(answered.some(({ run }) => /\p{Emoji_Presentation}/u.test(run))).toBe(true);
  });

  it.each(answered)('are equal to 1e-9: $name $options', async (golden) => {
    const evaluation = await evaluateCase(golden, version);
    const printed = golden[version] as Exclude<GoldenCase[typeof version], string>;
    let numCompared = 0;
    for (const [theirName, qid, value] of printed) {
      if (theirName === 'num_q') {
        expect(evaluation.numQueries).toBe(value);
        continue;
      }
      const name = NAMES.get(theirName)!;
      const ours = qid === 'all' ? evaluation.means.get(name) : evaluation.perQuery.get(name)?.get(qid);
      expect(Math.abs((ours ?? NaN) - value), `${name} of ${qid}`).toBeLessThan(1e-9);
      numCompared++;
    }
    expect(numCompared).toBe(new Set(printed.map(([, qid]) => qid)).size * NAMES.size);
  });

  it.each(cases.filter((golden) => typeof golden.trecEval9 === 'string'))(
    'refuse what it refuses: $name',
    async (golden) => {
      await expect(evaluateCase(golden, version)).rejects.toMatchObject({
        name: 'Rank1Error',
        code: 'invalid-file',
      });
    },
  );
});

describe('scores that a 32-bit float cannot tell apart', () => {
  it('are ordered differently by the two versions, and so here', async () => {
    const differing = cases.filter(({ trecEval9, trecEval10, options }) => {
      if (typeof trecEval10 === 'string' || options.includes('-c')) return false;
      return JSON.stringify(trecEval9) !== JSON.stringify(trecEval10);
    });
    expect(differing.length).toBeGreaterThan(0);
    for (const golden of differing) {
      const [single, double] = await Promise.all(VERSIONS.map((version) => evaluateCase(golden, version)));
      expect(single).not.toEqual(double);
    }
  });
});

async function evaluateCase(golden: GoldenCase, version: (typeof VERSIONS)[number]): Promise<Evaluation> {
  const { qrels, run, options } = golden;
  const level = options.indexOf('-l');
  const scores = await readTrecRun(sourceFile('run', run));
  return evaluateRun(
    version === 'trecEval9' ? toSinglePrecision(scores) : scores,
    await readTrecQrels(sourceFile('qrels', qrels)),
    {
      measures: [...NAMES.values()].map(parseMeasure),
      missingQueries: options.includes('-c') ? 'zero' : 'skip',
      ...(level >= 0 && { relevanceLevel: Number(options[level + 1]) }),
    },
  );
}
