/**
 * What a run decided, one query a line, with the chain behind every verdict. Field names are snake_case and their
 * order is fixed, so that the same results are the same bytes.
 */
import { invalidFile, quoted } from './invalid-file.ts';
import { readJsonRows, type JsonRow } from './json-row.ts';
import type { SourceFile } from './source-file.ts';
import { UniqueIds } from './unique-ids.ts';

export interface RankedDocument {
  readonly docid: string;
  /** the place the first stage gave it, from 1 */
  readonly firstStageRank: number;
  readonly finishReason: string;
  /** null when the model was never asked */
  readonly verdict: {
    readonly label: 'true' | 'false';
    readonly score: number;
    readonly logitDifference: number;
    readonly forced: boolean;
  } | null;
  /** the chain, without its markers */
  readonly reasoning: string;
  /** null when nobody judged it, or no judgements were given */
  readonly grade: number | null;
}

export interface QueryResult {
  readonly qid: string;
  readonly query: string;
  /** measure name to value; empty without judgements */
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
    label: document.verdict?.label ?? null,
    score: document.verdict?.score ?? null,
    logit_difference: document.verdict?.logitDifference ?? null,
    forced: document.verdict?.forced ?? null,
    finish_reason: document.finishReason,
    grade: document.grade,
    reasoning: document.reasoning,
  }));
  return `${JSON.stringify({ qid, query, measures: Object.fromEntries(measures), ranking: rows })}\n`;
}

/** Results one by one, in bounded memory. A query id that occurs twice is noticed, so ids are kept. */
export async function* readQueryResults(source: SourceFile): AsyncGenerator<QueryResult> {
  const qids = new UniqueIds('query');
  for await (const row of readJsonRows(source)) {
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

/** Scores of one query for a run file: the logit difference, which does not saturate. Documents without a verdict are left out. */
export function logitDifferences({ ranking }: QueryResult): Map<string, number> {
  const scores = new Map<string, number>();
  for (const { docid, verdict } of ranking) if (verdict !== null) scores.set(docid, verdict.logitDifference);
  return scores;
}

function readRanking(row: JsonRow): RankedDocument[] {
  const docids = new UniqueIds('document');
  return row.rows('ranking').map((document) => {
    const docid = document.id('docid');
    docids.claim(docid, row.place);
    return {
      docid,
      firstStageRank: document.integer('first_stage_rank'),
      finishReason: document.string('finish_reason'),
      verdict: document.optional('label', () => readVerdict(document)),
      reasoning: document.string('reasoning'),
      grade: document.optional('grade', document.integer),
    };
  });
}

function readVerdict(document: JsonRow): RankedDocument['verdict'] {
  const label = document.string('label');
  if (label !== 'true' && label !== 'false') {
    throw invalidFile(
      document.place,
      `the label ${quoted(label)} is unknown`,
      'It must be "true" or "false".',
    );
  }
  return {
    label,
    score: document.number('score'),
    logitDifference: document.number('logit_difference'),
    forced: document.boolean('forced'),
  };
}
