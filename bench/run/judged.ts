/** Judged candidates as the documents of a run, and how well a contender's verdicts rank them: no speed without its quality. */
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { normalizedDiscountedCumulativeGain } from '../../src/evaluation/measures/measures.ts';
import type { JudgedQuery } from '../page/types.ts';

const CUTOFF = 10;

interface EvalLine {
  readonly query: string;
  readonly candidates: readonly { readonly text: string; readonly grade: number | null }[];
}

/**
 * The first queries of a `*.eval.jsonl`, each with as many of its candidates.
 * @param file as it is or in gzip
 */
export function readJudged(file: string, numQueries: number, numDocuments: number): JudgedQuery[] {
  const bytes = readFileSync(file);
  const text = (file.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8');
  const lines = text.split('\n', numQueries).map((line) => JSON.parse(line) as EvalLine);
  return lines.map(({ query, candidates }) => ({
    query,
    documents: candidates
      .slice(0, Math.ceil(numDocuments / numQueries))
      .map(({ text, grade }) => ({ text, grade: grade ?? 0 })),
  }));
}

/**
 * Mean nDCG@10 of these candidates when those judged true stand first and those judged false last, equals in the given order: all that
 * contenders without scores tell.
 * @param labels of all queries' documents in a row
 */
export function ndcgOfVerdicts(queries: readonly JudgedQuery[], labels: readonly (string | null)[]): number {
  let at = 0;
  const values = queries.map(({ documents }) => {
    const grades = documents.map(({ grade }) => grade);
    const ranks = labels
      .slice(at, at + documents.length)
      .map((label) => ['true', null, 'false'].indexOf(label));
    at += documents.length;
    const order = grades.map((_, index) => index).sort((a, b) => ranks[a]! - ranks[b]!);
    const ideal = [...grades].sort((a, b) => b - a);
    return normalizedDiscountedCumulativeGain(
      order.map((index) => grades[index]!),
      ideal,
      CUTOFF,
    );
  });
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
