/** Formats judged tasks as text for standard output. */
import type { RerankResponse, ResultPassage } from '../../client/rerank-result.ts';
import { formatJson, formatJsonLines } from '../../export/json.ts';
import {
  ENGLISH_WORDS,
  nothingSentence,
  scoreText,
  type RankingReport,
  type ReportedDocument,
} from '../../export/ranking-report.ts';
import { formatTrec } from '../../export/trec.ts';
import type { FinishReason, RerankDocument, Verdict } from '../../protocol/rerank-api.ts';
import type { OutputFormat } from './rerank-arguments.ts';

export interface RankingOutputOptions {
  readonly output: OutputFormat;
  readonly showChains: boolean;
  /** terminal columns */
  readonly width: number;
}

export interface JudgedTask {
  readonly queryId: string | null;
  readonly query: string;
  readonly instruction: string | undefined;
  readonly threshold: number | undefined;
  readonly modelName: string;
  readonly createdAt: string;
  /** with those that `response` leaves out */
  readonly numDocuments: number;
  readonly response: RerankResponse<RerankDocument>;
}

export function rankingReport(task: JudgedTask): RankingReport {
  const { queryId, query, instruction, threshold, modelName, createdAt, response } = task;
  const { results, unjudged, model } = response;
  return {
    query,
    instruction,
    threshold,
    model: modelName,
    device: model?.device,
    dtype: model?.dtype,
    createdAt,
    documents: [
      ...results.map((result) => reported({ ...result, queryId })),
      ...unjudged.map((document) => reported({ ...document, rank: null, verdict: null, queryId })),
    ],
  };
}

interface Judged {
  readonly rank: number | null;
  readonly index: number;
  readonly id: string | undefined;
  readonly document: RerankDocument;
  readonly verdict: Verdict | null;
  readonly finishReason: FinishReason;
  readonly truncated: boolean;
  readonly reasoning: string;
  readonly passage: ResultPassage | null;
  readonly usage: { readonly numPromptTokens: number; readonly numNewTokens: number };
  readonly queryId: string | null;
}

function reported({ document, usage, passage, queryId, ...judged }: Judged): ReportedDocument {
  const { rank, index, id, verdict, finishReason, truncated, reasoning } = judged;
  return {
    rank,
    index,
    id,
    title: document.title,
    text: document.text,
    verdict,
    finishReason,
    truncated,
    reasoning,
    ...usage,
    facts: {
      ...(queryId !== null && { qid: queryId }),
      ...(document.metadata as ReportedDocument['facts']),
      ...(passage && {
        passage_start: passage.start,
        passage_end: passage.end,
        num_passages: passage.numPassages,
        passage: passage.text,
      }),
    },
  };
}

/** @param isList write JSON as a list even for a single task */
export function formatRankings(
  tasks: readonly JudgedTask[],
  options: RankingOutputOptions,
  isList = tasks.length !== 1,
): string {
  const reports = tasks.map(rankingReport);
  switch (options.output) {
    case 'json':
      return !isList
        ? formatJson(reports[0]!)
        : `[${reports.map((report) => formatJson(report).trimEnd()).join(',\n')}]\n`;
    case 'jsonl':
      return reports.map(formatJsonLines).join('');
    case 'trec':
      return reports.map((report, place) => formatTrec(report, tasks[place]?.queryId ?? '1')).join('');
    case 'table':
      return reports
        .map((report, place) => formatTable(report, tasks[place]!.numDocuments, options))
        .join('\n');
  }
}

/** Longer ids are cut, to leave room for the text. */
const MAX_ID_LENGTH = 24;

function formatTable(
  report: RankingReport,
  numDocuments: number,
  { showChains, width }: RankingOutputOptions,
): string {
  const { query, documents } = report;
  const ids = documents.map(({ id }) => plain(id ?? ''));
  const idWidth = Math.min(MAX_ID_LENGTH, widest(ids, 2));
  const scores = documents.map(({ verdict }) => (verdict ? scoreText(verdict) : '  –  '));
  const scoreWidth = widest(scores, 5);
  const head = `${'rank'.padStart(4)}  ${'score'.padStart(scoreWidth)}  ${'verdict'}  ${'id'.padEnd(idWidth)}  text`;
  const room = Math.max(20, width - idWidth - scoreWidth - 19);
  const lines = documents.flatMap(({ rank, verdict, finishReason, title, text, reasoning }, place) => {
    const score = scores[place]!.padStart(scoreWidth);
    const label = verdict ? verdict.label : 'none';
    const shown = verdict ? [title, text].filter(Boolean).join(' — ') : `(${finishReason}) ${text}`;
    const line = `${String(rank ?? '–').padStart(4)}  ${score}  ${label.padEnd(7)}  ${cut(ids[place]!, idWidth).padEnd(idWidth)}  ${cut(plain(shown), room)}`;
    return showChains && reasoning ? [line, `${' '.repeat(6)}${plain(reasoning)}`] : [line];
  });
  const nothing = nothingSentence(report, ENGLISH_WORDS, numDocuments - documents.length);
  return `${[plain(query), head, ...lines, ...(nothing === null ? [] : [nothing])].join('\n')}\n`;
}

function widest(texts: readonly string[], least: number): number {
  return texts.reduce((width, { length }) => Math.max(width, length), least);
}

/** Removes control characters and line breaks, so that a document cannot control the terminal. */
function plain(text: string): string {
  return text
    .replace(/[\p{Cc}\p{Cf}\u2028\u2029]+/gu, ' ')
    .replace(/\s+/g, ' ')
    .trim();
}

function cut(text: string, width: number): string {
  const characters = [...text];
  return characters.length <= width ? text : `${characters.slice(0, width - 1).join('')}…`;
}
