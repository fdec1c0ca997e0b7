/** Loads what test/oracle/evaluation made. */
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import type { EvalQuery } from '../../../src/evaluation/files/eval-jsonl.ts';

/** Measure, qid or `all`, value; or the message with which trec_eval refused the input. */
export type TrecEvalOutput = readonly (readonly [string, string, number])[] | string;

export interface GoldenCase {
  readonly name: string;
  readonly options: readonly string[];
  readonly qrels: string;
  readonly run: string;
  readonly trecEval9: TrecEvalOutput;
  readonly trecEval10: TrecEvalOutput;
}

export function loadGoldenCases(): GoldenCase[] {
  return (loadJson('trec-eval-golden.json.gz') as { cases: GoldenCase[] }).cases;
}

/** The queries of an evaluation set with their ids, grades and scores; texts are empty. */
export function loadSkeleton(name: 'dl19' | 'cranfield'): EvalQuery[] {
  type Row = [string, [string, number | null, number][], number[]];
  return (loadJson(`${name}.skeleton.json.gz`) as Row[]).map(([qid, candidates, idealGrades]) => ({
    qid,
    query: '',
    candidates: candidates.map(([docid, grade, score]) => ({ docid, grade, score, text: '' })),
    idealGrades,
  }));
}

function loadJson(file: string): unknown {
  const url = new URL(`../../fixtures/evaluation/${file}`, import.meta.url);
  return JSON.parse(gunzipSync(readFileSync(url)).toString('utf8'));
}
