/** An exportable ranking: the one shape that every format in this folder writes. */
import type { FinishReason, Outcome, Verdict } from '../protocol/rerank-api.ts';

/** A value that fits a table cell. */
export type Fact = string | number | boolean | null;

/** A document of a report, with its verdict if it has one. */
export interface ReportedDocument extends Omit<Outcome, 'finishReason' | 'samples'> {
  /** 1 is best; null without a verdict */
  readonly rank: number | null;
  /** position in the input */
  readonly index: number;
  readonly id?: string | undefined;
  readonly title?: string | undefined;
  readonly text: string;
  /** null until the document is finished */
  readonly finishReason: FinishReason | null;
  /**
   * Anything else the caller knows, such as the source or the user's decision; written as extra columns in
   * this order.
   */
  readonly facts?: Readonly<Record<string, Fact>> | undefined;
}

/** How a report was made, and what it does not cover, so that readers can judge it. */
export interface ReportBasis {
  readonly settings: Readonly<Record<string, Fact>>;
  readonly counts: Readonly<Record<string, Fact>>;
  /** files that yielded no passages */
  readonly notRead: readonly { readonly file: string; readonly reason: string }[];
}

/** Everything that an export can contain. */
export interface RankingReport {
  readonly query: string;
  readonly instruction?: string | undefined;
  /** lowest score that counts as relevant */
  readonly threshold?: number | undefined;
  /** model folder or name */
  readonly model?: string | undefined;
  readonly device?: string | undefined;
  readonly dtype?: string | undefined;
  /** ISO 8601 */
  readonly createdAt: string;
  readonly basis?: ReportBasis | undefined;
  /** best first; documents without a verdict last */
  readonly documents: readonly ReportedDocument[];
}

/** Localised words for the formats that people read; `ENGLISH_WORDS` is the default. */
export interface ReportWords {
  /** BCP 47 */
  readonly language: string;
  readonly title: string;
  readonly question: string;
  readonly instruction: string;
  readonly model: string;
  readonly created: string;
  readonly relevant: string;
  readonly notRelevant: string;
  readonly noVerdict: string;
  readonly score: string;
  readonly logitDifference: string;
  readonly reasoning: string;
  readonly passage: string;
  readonly forced: string;
  readonly instant: string;
  readonly truncated: string;
  readonly nothingRelevant: string;
  readonly nothingJudged: string;
  readonly settings: string;
  readonly counts: string;
  readonly notRead: string;
  /** the last line: that verdicts can be wrong, and where they were made if that is known */
  readonly madeBy: string;
  /** labels of columns, facts, settings and counts; a missing name is used as it is */
  readonly names?: Readonly<Record<string, string>>;
  /** label of a document without title and id; `place` is its position in the input, from 1 */
  readonly document: (place: number) => string;
}

export const ENGLISH_WORDS: ReportWords = {
  language: 'en',
  title: 'Ranking',
  question: 'Question',
  instruction: 'Instruction',
  model: 'Model',
  created: 'Made',
  relevant: 'Relevant',
  notRelevant: 'Not relevant',
  noVerdict: 'No verdict',
  score: 'score',
  logitDifference: 'logit difference',
  reasoning: 'Reasoning',
  passage: 'Passage',
  forced: 'asked to decide before it had finished',
  instant: 'without reasoning',
  truncated: 'passage shortened to fit',
  nothingRelevant: 'Nothing is relevant.',
  nothingJudged: 'No document could be judged.',
  settings: 'Settings',
  counts: 'Counts',
  notRead: 'Not read',
  madeBy: 'Verdicts and reasoning were written by a language model and can be wrong. Made with rank1-rerank.',
  document: (place) => `Document ${place}`,
};

export function wordFor(name: string, { names }: ReportWords): string {
  return names && Object.hasOwn(names, name) ? (names[name] ?? name) : name;
}

export function reportedName({ title, id, index }: ReportedDocument, words: ReportWords): string {
  return title?.trim() || id?.trim() || words.document(index + 1);
}

/** The verdict at the report's threshold, if it has one. */
export function isReportedRelevant({ verdict }: ReportedDocument, { threshold }: RankingReport): boolean {
  if (!verdict) return false;
  return threshold === undefined ? verdict.label === 'true' : verdict.score >= threshold;
}

/**
 * The sentence for a report without a relevant document; null if it has one, or may get one when the rest is judged.
 * @param numLeftOut judged documents that are not in the report: those below its threshold, or too low in the order
 */
export function nothingSentence(report: RankingReport, words: ReportWords, numLeftOut = 0): string | null {
  const { documents } = report;
  const mayBeRelevant = (document: ReportedDocument): boolean =>
    document.finishReason === null ||
    document.finishReason === 'aborted' ||
    isReportedRelevant(document, report);
  if (documents.some(mayBeRelevant)) return null;
  if (numLeftOut > 0 || documents.some(({ verdict }) => verdict)) return words.nothingRelevant;
  return documents.length > 0 ? words.nothingJudged : null;
}

/** All fact names, in order of first appearance. */
export function factNames(documents: readonly ReportedDocument[]): string[] {
  return [...new Set(documents.flatMap(({ facts }) => Object.keys(facts ?? {})))];
}

/** Three digits, but never rounded to 0 or 1, which would claim certainty. */
export function formatScore(score: number): string {
  return Math.min(0.999, Math.max(0.001, score)).toFixed(3);
}

export function formatLogitDifference(difference: number): string {
  return `${difference < 0 ? '−' : '+'}${Math.abs(difference).toFixed(2)}`;
}

const BOUND_SIGNS = { 'at-least': '≥', 'at-most': '≤' } as const;

/** Sign before a score that is a bound; empty for an exact score. */
export function boundSign({ bound }: Verdict): string {
  return bound ? BOUND_SIGNS[bound] : '';
}

export function scoreText(verdict: Verdict): string {
  return boundSign(verdict) + formatScore(verdict.score);
}

export function logitDifferenceText(verdict: Verdict): string {
  return boundSign(verdict) + formatLogitDifference(verdict.logitDifference);
}
