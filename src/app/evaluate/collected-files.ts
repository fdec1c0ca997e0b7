/** Dropped files sorted into runs, judgements and calibration scores. Immutable. */
import {
  detectFormat,
  givenOrderScores,
  hasJudgements,
  judgementsOf,
  runScores,
  readAnyQrels,
  readAnyRun,
  readEvalJsonl,
  readMtebPredictions,
  readQueryResults,
  readRankLlmRequests,
  type DetectedFile,
  type FileFormat,
  type Judgements,
  type Run,
  type SourceFile,
} from '../../evaluation/index.ts';

export interface CollectedFile {
  readonly name: string;
  /** source file; mteb predictions hold one run per subset and split */
  readonly source: string;
  readonly subset?: string;
  readonly split?: string;
  /** detected format */
  readonly format: FileFormat;
  readonly numQueries: number;
  readonly run?: Run;
  /** of the queries that have any; absent if none has */
  readonly judgements?: ReadonlyMap<string, Judgements>;
  /** scores (0 to 1) with judgements, for files that contain both */
  readonly scores?: readonly { readonly score: number; readonly grade: number | null }[];
}

export type MeasurableFile = CollectedFile & { readonly run: NonNullable<CollectedFile['run']> };

export function isMeasurable(file: CollectedFile): file is MeasurableFile {
  return file.run !== undefined;
}

/** @throws Rank1Error invalid-file with file and line */
export async function collectFile(source: SourceFile): Promise<CollectedFile[]> {
  const detected = await detectFormat(source);
  if (detected.format === 'mteb-predictions') return collectPredictions(detected.source);
  return [await collectOne({ ...detected, format: detected.format })];
}

/** One run per subset and split, named after them if there are several. */
async function collectPredictions(source: SourceFile): Promise<CollectedFile[]> {
  const { runs } = await readMtebPredictions(source);
  const all = [...runs].flatMap(([subset, splits]) =>
    [...splits].map(([split, run]) => ({
      source: source.name,
      subset,
      split,
      format: 'mteb-predictions' as const,
      numQueries: run.size,
      run,
    })),
  );
  return all.map((one) => ({
    ...one,
    name: all.length === 1 ? source.name : `${source.name}: ${one.subset}, ${one.split}`,
  }));
}

type Detected = Omit<DetectedFile, 'format'> & {
  readonly format: Exclude<FileFormat, 'mteb-predictions'>;
};

async function collectOne(detected: Detected): Promise<CollectedFile> {
  const { format } = detected;
  const { name } = detected.source;
  switch (format) {
    case 'trec-run':
    case 'rank1-run': {
      const run = await readAnyRun(detected);
      return { name, source: name, format, numQueries: run.size, run };
    }
    case 'trec-qrels':
    case 'beir-qrels': {
      const qrels = await readAnyQrels(detected);
      const judgements = new Map([...qrels].map(([qid, grades]) => [qid, { grades }]));
      return { name, source: name, format, numQueries: qrels.size, judgements };
    }
    case 'eval-jsonl': {
      const judgements = new Map<string, Judgements>();
      const run: Run = new Map();
      for await (const query of readEvalJsonl(detected.source)) {
        const known = judgementsOf(query);
        if (hasJudgements(known)) judgements.set(query.qid, known);
        run.set(query.qid, givenOrderScores(query));
      }
      return {
        name,
        source: name,
        format,
        numQueries: run.size,
        run,
        ...(judgements.size > 0 && { judgements }),
      };
    }
    case 'rank-llm-requests': {
      const run: Run = new Map();
      for await (const { qid, candidates } of readRankLlmRequests(detected.source))
        run.set(qid, new Map(candidates.map(({ docid, score }) => [docid, score])));
      return { name, source: name, format, numQueries: run.size, run };
    }
    case 'query-results': {
      const run: Run = new Map();
      const scores: { score: number; grade: number | null }[] = [];
      for await (const result of readQueryResults(detected.source)) {
        run.set(result.qid, runScores(result));
        for (const { verdict, grade } of result.ranking)
          if (verdict) scores.push({ score: verdict.score, grade });
      }
      return { name, source: name, format, numQueries: run.size, run, scores };
    }
    case 'beir-queries':
    case 'beir-corpus':
      return { name, source: name, format, numQueries: 0 };
    case 'mteb-result':
      return { name, source: name, format, numQueries: 0 };
  }
}
