/**
 * This project's data format, `*.eval.jsonl`: one query per line, with candidates in the first stage's order.
 * `{"qid", "query", "candidates": [{"docid", "rank", "title", "text", "grade", ...}], "ideal_grades":
 * [...]}`. `title` is optional; `grade: null` means unjudged; `ideal_grades` holds the highest grades, at
 * most ten, of all judged documents, candidates or not.
 */
import type { Judgements } from '../types.ts';
import { invalidFile, quoted, type OnPlace } from './invalid-file.ts';
import { readJsonRows, type JsonRow } from './json-row.ts';
import { MAX_QUERY_LINE_LENGTH } from './lines.ts';
import type { SourceFile } from './source-file.ts';
import { UniqueIds } from './unique-ids.ts';

export interface EvalCandidate {
  readonly docid: string;
  /** absent if the document has none */
  readonly title?: string;
  readonly text: string;
  /** null if unjudged */
  readonly grade: number | null;
  /** the first stage's score, if the file has one */
  readonly score: number | null;
}

export interface EvalQuery {
  readonly qid: string;
  readonly query: string;
  /** in the given order, best first */
  readonly candidates: readonly EvalCandidate[];
  /** null if the candidates include all judged documents */
  readonly idealGrades: readonly number[] | null;
}

/** Maximum length of `ideal_grades`; a shorter list is complete. */
const IDEAL_GRADES_DEPTH = 10;

/** Streams queries. Memory holds the query ids, to detect duplicates. */
export async function* readEvalJsonl(source: SourceFile, onPlace?: OnPlace): AsyncGenerator<EvalQuery> {
  const qids = new UniqueIds('query', source);
  for await (const row of readJsonRows(source, MAX_QUERY_LINE_LENGTH)) {
    const qid = row.id('qid');
    qids.claim(qid, row.place);
    const query = row.string('query');
    onPlace?.(row.place);
    yield {
      qid,
      query,
      candidates: readCandidates(row),
      idealGrades: row.optional('ideal_grades', readIdealGrades(row)),
    };
  }
}

/** The query's judgements, in the form that metrics take. */
export function judgementsOf({ candidates, idealGrades }: EvalQuery): Judgements {
  const grades = new Map<string, number>();
  for (const { docid, grade } of candidates) if (grade !== null) grades.set(docid, grade);
  if (idealGrades === null) return { grades };
  return { grades, ideal: { grades: idealGrades, isComplete: idealGrades.length < IDEAL_GRADES_DEPTH } };
}

/** Scores that reproduce the given order: the negated ranks. */
export function givenOrderScores({ candidates }: Pick<EvalQuery, 'candidates'>): Map<string, number> {
  return new Map(candidates.map(({ docid }, index) => [docid, -(index + 1)]));
}

/** The query as one line of the format. */
export function formatEvalQuery({ qid, query, candidates, idealGrades }: EvalQuery): string {
  const rows = candidates.map(({ docid, title, text, grade, score }, index) => ({
    docid,
    rank: index + 1,
    ...(score !== null && { score }),
    ...(title && { title }),
    text,
    grade,
  }));
  return `${JSON.stringify({ qid, query, candidates: rows, ...(idealGrades && { ideal_grades: idealGrades }) })}\n`;
}

function readCandidates(row: JsonRow): EvalCandidate[] {
  const docids = new UniqueIds('document');
  return row.rows('candidates').map((candidate, index) => {
    const docid = candidate.id('docid');
    docids.claim(docid, row.place);
    const rank = candidate.optional('rank', candidate.integer);
    if (rank !== null && rank !== index + 1) {
      throw invalidFile(
        row.place,
        `document ${quoted(docid)} has rank ${rank} in place ${index + 1}`,
        'List the candidates by rank, from 1.',
      );
    }
    const title = candidate.optional('title', candidate.string);
    return {
      docid,
      ...(title && { title }),
      text: candidate.string('text'),
      grade: candidate.optional('grade', candidate.integer),
      score: candidate.optional('score', candidate.number),
    };
  });
}

function readIdealGrades(row: JsonRow): (key: string) => number[] {
  return (key) => {
    const grades = row.integers(key);
    if (grades.every((grade, index) => grade >= 0 && (index === 0 || grade <= grades[index - 1]!)))
      return grades;
    throw invalidFile(
      row.place,
      `"${key}" is not descending or goes below 0`,
      'List the highest grades first.',
    );
  };
}
