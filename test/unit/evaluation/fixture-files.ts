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

/** Figures of BEIR or mteb. */
export interface FieldFigures {
  /** query id to trec_eval's name of a measure to value */
  readonly perQuery: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

export interface RuleCase {
  readonly name: string;
  readonly isExactInSinglePrecision: boolean;
  readonly corpus: readonly unknown[];
  readonly queries: readonly unknown[];
  readonly qrelsFile: string;
  readonly qrels: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly runTag: string;
  readonly run: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly beir: FieldFigures & { readonly means: Readonly<Record<string, number>> };
  readonly mteb: FieldFigures & { readonly mrr: Readonly<Record<string, number>> };
  readonly mtebOwn: FieldFigures & { readonly mrr: Readonly<Record<string, number>> };
  readonly trecEval9: readonly (readonly [string, string, number])[] | null;
  readonly trecEval10: readonly (readonly [string, string, number])[] | null;
}

export function loadRuleCases(): RuleCase[] {
  return (loadJson('rules.json.gz') as { cases: RuleCase[] }).cases;
}
