/** Rankings of one list by several models, side by side: pure. */
import { kendallTau, parseMeasure } from '../../evaluation/index.ts';
import { formatTable, type ExportedFile } from '../../export/index.ts';
import type { RankedResult } from '../../ui/events.ts';

export interface ComparedRanking {
  readonly label: string;
  readonly results: readonly RankedResult[];
}

export interface ComparedDocument {
  readonly index: number;
  readonly title: string;
  /** by ranking; null without a verdict */
  readonly places: readonly (RankedResult | null)[];
  /** whether the verdicts' labels differ, or their ranks by `MIN_RANK_DIFFERENCE` or more */
  readonly differs: boolean;
}

export interface Comparison {
  readonly labels: readonly string[];
  /** in the first ranking's order */
  readonly documents: readonly ComparedDocument[];
  /** Kendall's tau of each ranking with the first */
  readonly correlations: readonly (number | null)[];
  /** nDCG@10 of each ranking; null if no document has a grade */
  readonly gains: readonly (number | null)[] | null;
}

/** Neighbours that swapped ranks are not marked as different. */
const MIN_RANK_DIFFERENCE = 3;
const GAIN = parseMeasure('nDCG@10');
const MAX_TITLE_LENGTH = 80;

/** @param rankings of the same documents */
export function compareRankings(rankings: readonly ComparedRanking[]): Comparison {
  const [first] = rankings;
  const byIndex = rankings.map(({ results }) => new Map(results.map((result) => [result.index, result])));
  const documents = (first?.results ?? []).map(({ index, document }): ComparedDocument => {
    const places = byIndex.map((results) => {
      const result = results.get(index);
      return result?.verdict ? result : null;
    });
    const title = document.title?.trim() || document.text.trim().slice(0, MAX_TITLE_LENGTH);
    return { index, title, places, differs: differs(places) };
  });
  const orders = rankings.map(({ results }) =>
    results.filter(({ verdict }) => verdict).map(({ index }) => index),
  );
  return {
    labels: rankings.map(({ label }) => label),
    documents,
    correlations: orders.map((order) => kendallTau(orders[0] ?? [], order)),
    gains: gainsOf(rankings),
  };
}

function differs(places: ComparedDocument['places']): boolean {
  const judged = places.filter((place) => place !== null);
  const ranks = judged.map(({ rank }) => rank ?? 0);
  return (
    new Set(judged.map(({ verdict }) => verdict?.label)).size > 1 ||
    Math.max(...ranks) - Math.min(...ranks) >= MIN_RANK_DIFFERENCE
  );
}

/** Grades are numbers in the documents' metadata: `{ grade: 2 }`. */
function gainsOf(rankings: readonly ComparedRanking[]): Comparison['gains'] {
  const gradeOf = ({ document: { metadata } }: RankedResult): number | null => {
    const grade = (metadata as { readonly grade?: unknown } | null | undefined)?.grade;
    return typeof grade === 'number' && Number.isFinite(grade) ? grade : null;
  };
  const grades = (rankings[0]?.results ?? []).map(gradeOf).filter((grade) => grade !== null);
  if (grades.length === 0) return null;
  const idealGrades = grades.map((grade) => Math.max(0, grade)).sort((a, b) => b - a);
  return rankings.map(({ results }) => {
    const ranked = results.filter(({ verdict }) => verdict).map(gradeOf);
    return GAIN.compute({ grades: ranked, idealGrades, idealIsComplete: true }, 1);
  });
}

/** A CSV table: a row for each document, with rank, score and reasoning of each ranking. */
export function comparisonFile({ labels, documents }: Comparison): ExportedFile {
  const head = labels.flatMap((label) => [`${label}: rank`, `${label}: score`, `${label}: reasoning`]);
  const rows = documents.map(({ index, title, places }) => [
    index,
    title,
    ...places.flatMap((place) => [
      place?.rank ?? null,
      place?.verdict?.score ?? null,
      place?.reasoning ?? '',
    ]),
  ]);
  return {
    name: 'comparison.csv',
    mediaType: 'text/csv',
    text: formatTable([['index', 'title', ...head], ...rows]),
  };
}
