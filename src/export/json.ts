/** JSON for programs: one object, or one line per document, with all known fields including chains. */
import type { RankingReport, ReportedDocument } from './ranking-report.ts';

/** One object, indented; `documents` best first. */
export function formatJson({ documents, ...about }: RankingReport): string {
  const report = { format: 'rank1-rerank/ranking', version: 1, ...about, documents: documents.map(toRow) };
  return `${JSON.stringify(report, null, 2)}\n`;
}

/** One line per document, best first. Each line repeats the query, so that files can be concatenated. */
export function formatJsonLines({ documents, query, instruction, model, createdAt }: RankingReport): string {
  return documents
    .map((document) => {
      const line = { query, instruction, ...toRow(document), model, createdAt };
      return `${escapeSeparators(JSON.stringify(line))}\n`;
    })
    .join('');
}

function toRow({ verdict, facts, ...document }: ReportedDocument): object {
  const { rank, index, id, title, text, ...figures } = document;
  const { label, score, logitDifference, forced, instant, bound } = verdict ?? {};
  return {
    rank,
    index,
    id,
    title,
    label,
    score,
    logitDifference,
    forced,
    instant,
    bound,
    ...figures,
    facts,
    text,
  };
}

/** Escapes U+2028 and U+2029, which some readers treat as line ends. */
function escapeSeparators(json: string): string {
  return json.replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029');
}
