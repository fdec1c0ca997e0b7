/** Reads a run or judgements in any supported format. */
import type { Qrels, Run } from '../types.ts';
import { readBeirQrels } from './beir.ts';
import { detectFormat, type DetectedFile } from './detect-format.ts';
import { invalidFile, quoted } from './invalid-file.ts';
import { readMtebPredictions } from './mteb-predictions.ts';
import { readRank1RunFile } from './rank1-run-file.ts';
import type { SourceFile } from './source-file.ts';
import { readTrecQrels } from './trec-qrels.ts';
import { readTrecRun } from './trec-run.ts';

export interface RunChoice {
  /** of an mteb prediction file with several subsets */
  readonly subset?: string | undefined;
  readonly split?: string | undefined;
  /** taken of several splits if none is named */
  readonly defaultSplit?: string | undefined;
}

/**
 * A TREC run, a rank1 run file or an mteb prediction file.
 *
 * @throws Rank1Error invalid-file with file and line
 */
export async function readAnyRun(file: SourceFile | DetectedFile, choice: RunChoice = {}): Promise<Run> {
  const { format, source } = await detected(file);
  if (format === 'trec-run') return readTrecRun(source);
  if (format === 'rank1-run') return readRank1RunFile(source);
  if (format !== 'mteb-predictions')
    throw invalidFile(
      { file: source.name, line: 1 },
      'this is not a run',
      'Give a TREC run, a rank1 run file or an mteb prediction file.',
    );
  const { runs } = await readMtebPredictions(source);
  const { subset, split, defaultSplit } = choice;
  const splits = pick(runs, 'subset', source.name, subset);
  const run = pick(splits, 'split', source.name, split, defaultSplit);
  return new Map([...run].map(([qid, scores]) => [qid, new Map(scores)]));
}

/**
 * TREC qrels or the judgements of a BEIR folder.
 *
 * @throws Rank1Error invalid-file with file and line
 */
export async function readAnyQrels(file: SourceFile | DetectedFile): Promise<Qrels> {
  const { format, source } = await detected(file);
  if (format === 'trec-qrels') return readTrecQrels(source);
  if (format === 'beir-qrels') return readBeirQrels(source);
  throw invalidFile(
    { file: source.name, line: 1 },
    'these are not judgements',
    'Give TREC qrels or the qrels of a BEIR folder.',
  );
}

function detected(file: SourceFile | DetectedFile): DetectedFile | Promise<DetectedFile> {
  return 'format' in file ? file : detectFormat(file);
}

function pick<Value>(
  choices: ReadonlyMap<string, Value>,
  what: string,
  file: string,
  wanted?: string,
  usual?: string,
): Value {
  const names = [...choices.keys()];
  const name = wanted ?? (names.length === 1 ? names[0] : usual);
  const value = name === undefined ? undefined : choices.get(name);
  if (value !== undefined) return value;
  throw invalidFile(
    { file, line: 1 },
    wanted === undefined ? `it is not clear which ${what} is meant` : `there is no ${what} ${quoted(wanted)}`,
    `The file has ${names.map(quoted).join(', ')}: name one of them.`,
  );
}
