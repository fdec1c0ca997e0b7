/** The results behind the report without texts and chains: every figure of it can be computed from them again. */
import { cellName } from './cells.ts';
import { ALL_CELLS, ndcgOf, type Cells } from './measured-cells.ts';

export interface Origin {
  /** YYYY-MM-DD */
  readonly date: string;
  /** processor, operating system, Node */
  readonly machine: string;
}

const DIGITS = 6;

/** A line a query, so that a change of one shows as one. Documents are in the order of the ranking. */
export function formatDigest(cells: Cells, { date, machine }: Origin): string {
  const parts = ALL_CELLS.flatMap((one) => {
    const cell = cells.get(cellName(one));
    if (!cell) return [];
    const ndcg = ndcgOf(cell);
    const lines = cell.results.map(({ qid, ranking }) => {
      const documents = Object.fromEntries(
        ranking.map(({ docid, verdict }) => [
          docid,
          verdict && Number(verdict.logitDifference.toPrecision(DIGITS)),
        ]),
      );
      const forced = ranking.filter(({ verdict }) => verdict?.forced).length;
      const newTokens = ranking.reduce((sum, { numNewTokens }) => sum + numNewTokens, 0);
      const row = { qid, 'nDCG@10': Number(ndcg.get(qid)?.toFixed(DIGITS)), forced, newTokens, documents };
      return `      ${JSON.stringify(row)}`;
    });
    return [`    ${JSON.stringify(cellName(one))}: [\n${lines.join(',\n')}\n    ]`];
  });
  const head = `  "date": ${JSON.stringify(date)},\n  "machine": ${JSON.stringify(machine)}`;
  const meaning = '"logit difference of true and false by document, six digits"';
  return `{\n${head},\n  "documents": ${meaning},\n  "cells": {\n${parts.join(',\n')}\n  }\n}\n`;
}
