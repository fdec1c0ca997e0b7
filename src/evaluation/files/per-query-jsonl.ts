/**
 * A run's results, one query per line, with the chain behind every verdict. Field names are snake_case in
 * fixed order, so that equal results give equal bytes.
 */
import { orderingScores } from '../ordering-scores.ts';
import { invalidFile, quoted } from './invalid-file.ts';
import { readJsonRows, type JsonRow } from './json-row.ts';
import { MAX_QUERY_LINE_LENGTH } from './lines.ts';
import type { SourceFile } from './source-file.ts';
import { UniqueIds } from './unique-ids.ts';

/** A model's verdict, as `Verdict` of the worker protocol. */
export interface ResultVerdict {
  readonly label: 'true' | 'false';
  readonly score: number;
  readonly logitDifference: number;
  /** set if score and difference are only a minimum or a maximum */
  readonly bound?: 'at-least' | 'at-most';
  readonly forced: boolean;
  /** set if the score was given without reasoning */
  readonly instant?: true;
}

/** One of the sampled chains whose mean is the verdict. */
export interface ResultSample {
  readonly verdict: ResultVerdict;
  readonly finishReason: string;
  readonly reasoning: string;
}

export interface RankedDocument {
  readonly docid: string;
  /** rank in the first stage, from 1 */
  readonly firstStageRank: number;
  readonly finishReason: string;
  /** null if the model was not asked */
  readonly verdict: ResultVerdict | null;
  /** the chain, without its markers */
  readonly reasoning: string;
  /** null if unjudged, or if there are no judgements */
  readonly grade: number | null;
  /** the document was truncated to fit the model */
  readonly truncated: boolean;
  readonly numPromptTokens: number;
  readonly numNewTokens: number;
  /** the deciding passage of a split document; UTF-16 offsets in its text, end exclusive */
  readonly passage?: { readonly start: number; readonly end: number; readonly numPassages: number };
  /** if several chains were sampled */
  readonly samples?: readonly ResultSample[];
}

export interface QueryResult {
  readonly qid: string;
  readonly query: string;
  /** metric name to value; empty without judgements */
  readonly measures: ReadonlyMap<string, number>;
  /** best first */
  readonly ranking: readonly RankedDocument[];
}

/** The result as one line. */
export function formatQueryResult({ qid, query, measures, ranking }: QueryResult): string {
  const rows = ranking.map((document, index) => ({
    docid: document.docid,
    rank: index + 1,
    first_stage_rank: document.firstStageRank,
    ...verdictFields(document.verdict),
    finish_reason: document.finishReason,
    grade: document.grade,
    truncated: document.truncated,
    num_prompt_tokens: document.numPromptTokens,
    num_new_tokens: document.numNewTokens,
    ...(document.passage && { passage: passageFields(document.passage) }),
    reasoning: document.reasoning,
    ...(document.samples && { samples: document.samples.map(sampleFields) }),
  }));
  return `${JSON.stringify({ qid, query, measures: Object.fromEntries(measures), ranking: rows })}\n`;
}

function verdictFields(verdict: ResultVerdict | null) {
  return {
    label: verdict?.label ?? null,
    score: verdict?.score ?? null,
    logit_difference: verdict?.logitDifference ?? null,
    ...(verdict?.bound && { bound: verdict.bound }),
    forced: verdict?.forced ?? null,
    ...(verdict?.instant && { instant: true }),
  };
}

function passageFields({ start, end, numPassages }: NonNullable<RankedDocument['passage']>) {
  return { start, end, num_passages: numPassages };
}

function sampleFields({ verdict, finishReason, reasoning }: ResultSample) {
  return { ...verdictFields(verdict), finish_reason: finishReason, reasoning };
}

/** Streams results. Memory holds the query ids, to detect duplicates. */
export async function* readQueryResults(source: SourceFile): AsyncGenerator<QueryResult> {
  const qids = new UniqueIds('query', source);
  for await (const row of readJsonRows(source, MAX_QUERY_LINE_LENGTH)) {
    const qid = row.id('qid');
    qids.claim(qid, row.place);
    const measures = row.row('measures');
    yield {
      qid,
      query: row.string('query'),
      measures: new Map(row.entries('measures').map(([name]) => [name, measures.number(name)])),
      ranking: readRanking(row),
    };
  }
}

/** One query's scores for a run file. Omits documents without a verdict. */
export function runScores({ ranking }: QueryResult): Map<string, number> {
  return orderingScores(
    ranking.flatMap(({ docid, verdict }) => (verdict === null ? [] : [[docid, verdict] as const])),
  );
}

function readRanking(row: JsonRow): RankedDocument[] {
  const docids = new UniqueIds('document');
  return row.rows('ranking').map((document) => {
    const docid = document.id('docid');
    docids.claim(docid, row.place);
    const passage = document.has('passage') ? readPassage(document.row('passage')) : undefined;
    const samples = document.has('samples') ? document.rows('samples').map(readSample) : undefined;
    return {
      docid,
      firstStageRank: document.integer('first_stage_rank'),
      finishReason: document.string('finish_reason'),
      verdict: document.optional('label', () => readVerdict(document)),
      reasoning: document.string('reasoning'),
      grade: document.optional('grade', document.integer),
      truncated: document.boolean('truncated'),
      numPromptTokens: document.integer('num_prompt_tokens'),
      numNewTokens: document.integer('num_new_tokens'),
      ...(passage && { passage }),
      ...(samples && { samples }),
    };
  });
}

function readPassage(passage: JsonRow): NonNullable<RankedDocument['passage']> {
  const numPassages = passage.integer('num_passages');
  return { start: passage.integer('start'), end: passage.integer('end'), numPassages };
}

function readSample(sample: JsonRow): ResultSample {
  const finishReason = sample.string('finish_reason');
  return { verdict: readVerdict(sample), finishReason, reasoning: sample.string('reasoning') };
}

function readVerdict(document: JsonRow): ResultVerdict {
  return {
    label: readWord(document, 'label', ['true', 'false']),
    score: document.number('score'),
    logitDifference: document.number('logit_difference'),
    ...(document.has('bound') && { bound: readWord(document, 'bound', ['at-least', 'at-most']) }),
    forced: document.boolean('forced'),
    ...(document.has('instant') && document.boolean('instant') && { instant: true as const }),
  };
}

function readWord<Word extends string>(row: JsonRow, key: string, words: readonly [Word, Word]): Word {
  const text = row.string(key);
  const word = words.find((known) => known === text);
  if (word !== undefined) return word;
  const problem = `the ${key} ${quoted(text)} is unknown`;
  throw invalidFile(row.place, problem, `It must be "${words.join('" or "')}".`);
}
