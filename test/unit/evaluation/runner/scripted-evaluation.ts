/**
 * The evaluation with a judge that needs no model, for a test that kills it: `node scripted-evaluation.mjs <out> <when>`. It
 * ends itself with SIGKILL at `document <n>`, when it is about to judge that one, or at `file <n>`, when it has written
 * that file beside its place and is about to move it there; both counted from 0, in this process. `never` lets it end.
 */
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { runEvaluation, writeReport } from '../../../../src/evaluation/node/run-evaluation.ts';
import type { Judge } from '../../../../src/evaluation/runner/judge.ts';

const [, , out = '', when = 'never'] = process.argv;
const NUM_QUERIES = 3;
const NUM_DOCUMENTS = 4;

let numDocuments = 0;
let numFiles = 0;
const die = (): void => void process.kill(process.pid, 'SIGKILL');

const rename = fs.renameSync;
fs.renameSync = (from, to) => {
  if (`file ${numFiles++}` === when) die();
  rename(from, to);
};
syncBuiltinESMExports();

const judge: Judge = async (_query, documents) =>
  documents.map(({ text }) => {
    if (`document ${numDocuments++}` === when) die();
    const logitDifference = text.length / 3 - 2;
    const score = 1 / (1 + Math.exp(-logitDifference));
    const label = logitDifference >= 0 ? 'true' : 'false';
    return {
      finishReason: 'verdict',
      verdict: { label, score, logitDifference, forced: false },
      reasoning: `Of ${text}: é`,
      truncated: false,
      numPromptTokens: text.length,
      numNewTokens: 1,
    };
  });

const queries = Array.from({ length: NUM_QUERIES }, (_, q) => {
  const toJudge = Array.from({ length: NUM_DOCUMENTS }, (_, d) => ({
    docid: `d${d}`,
    text: 'x'.repeat(1 + ((d * 5 + q) % 7)),
    grade: d % 3,
    score: null,
  }));
  const grades = new Map(toJudge.map(({ docid, grade }) => [docid, grade]));
  return { qid: `q${q}`, query: `question ${q}`, toJudge, judgements: { grades } };
});
const results = await runEvaluation(queries, judge, { out, settings: { judge: 'scripted' } });
const names = {
  taskName: 'scripted',
  modelName: 'scripted',
  runTag: 'scripted',
  split: 'test',
  subset: null,
  datasetRevision: 'none',
  languages: ['eng-Latn'],
  relevanceLevel: 1,
};
const leftOut = { numUnjudgedQueries: 0, numQueriesWithoutCandidates: 0, numOwnDocuments: 0 };
writeReport(out, names, { queries, leftOut }, results);
