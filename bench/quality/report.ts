/** docs/quality.md with its plots and figures, and the same tables in the model card. */
import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { reliabilityPlot } from '../../src/evaluation/index.ts';
import { writeWhole } from '../../src/evaluation/node/write-whole.ts';
import { SETS } from './sets.ts';
import {
  chainTable,
  differenceTable,
  isEmpty,
  pairTable,
  rankingTable,
  referenceTable,
  scoreTable,
  type ReportFigures,
} from './tables.ts';

const METHOD = `The top 20 of each set's own order are reranked; nDCG@10 is against all judged documents, so that even the best order of
these 20 stays below 1. Intervals are 95 % of 10,000 bootstrap resamples over queries, paired for differences, and given from ten queries on.

- **chain**: greedy, with the quote before the verdict. **instant**: the verdict alone. **sampled**: mean of two chains at temperature 0.6.
- **BM25** is the given order, which SelQA (sentences in the order of the article) lacks: there BM25 within each query's sentences, stemmed.
  **MiniLM** is all-MiniLM-L6-v2 in fp32, what a browser would use otherwise. Their orders: \`python -m training.reference\`.
- SelQA dev was looked at while the model was tuned, the other sets were not. The sample of a set is seeded; no query was chosen.`;

const RANK1 = `**rank1 as published** (Weller et al., arXiv 2502.18418), nDCG@10 on DL19 with its original judgements: 7B 0.661, 14B 0.648,
32B 0.660. Other candidates and weights 50 times as large: an anchor, not a comparison. Nothing here is a rank1 checkpoint.`;

const CHAINS = `A quote is what stands between the quotation marks after \`says\`; verbatim if the passage holds it word for word. Decoding holds each
quote to the passage. Two kinds can still count as not verbatim: a quote of an empty passage, and a quote with another quotation mark after
its end, because the measure runs to the chain's last one. A chain that does not end by itself within its tokens is asked for the
verdict.`;

const SCORES = `Relevant is a grade of 2 or more on DL19 and LiveQA, else of 1. F1 is over all judged documents at one threshold for all queries.
The last column is the share of lists without any \`true\`: of a query's candidates without those that are relevant, and of those of another
question.`;

const PAIRS = `Texts written to mislead a reranker, and texts beside them that answer the same question (\`bench/quality/adversarial-pairs.jsonl\`). Right
verdicts by kind.`;

const DIFFERENCES = 'nDCG@10 on the queries that both have, in points of the scale from 0 to 1.';

const AGAIN = `## Make it again

    npm run quality -- --model <folder> --data <folder with evaluation/> --report

It goes on where it was interrupted; \`--help\` has the rest. All figures, with nDCG@10 of each query: [results.json](quality/results.json).`;

/** @param out the report; plots and figures go into a folder of the same name beside it */
export function writeReport(figures: ReportFigures, out: string): void {
  const folder = out.replace(/\.md$/, '');
  mkdirSync(folder, { recursive: true });
  for (const old of readdirSync(folder)) rmSync(path.join(folder, old));
  const { model, machine, date, measured } = figures;
  const images = measured.flatMap(({ set, mode, scores: { thresholds, calibration } }) => {
    if (!thresholds || mode === 'sampled') return [];
    const title = `${SETS[set].title}, ${mode}: reliability`;
    const file = `${set}-${mode}-reliability.svg`;
    writeWhole(path.join(folder, file), reliabilityPlot(calibration, title));
    return [`![${title}](${path.basename(folder)}/${file})`];
  });
  const part = (title: string, text: string, content: string, ...more: readonly string[]) =>
    isEmpty(content) ? [] : [`## ${title}`, ...[text, content, ...more].filter(Boolean)];
  const parts = [
    '# Quality',
    `${model === null ? 'References alone' : `**${model}**`}, made by \`npm run quality\` on ${date}, on ${machine}. ${METHOD}`,
    ...part('All queries, without a model', '', referenceTable(figures)),
    ...part('nDCG@10', '', rankingTable(figures), RANK1),
    ...part('Modes and weights', DIFFERENCES, differenceTable(figures)),
    ...part('Chains and speed', CHAINS, chainTable(figures)),
    ...part('Scores', SCORES, scoreTable(figures), images.join('\n')),
    ...part('Adversarial pairs', PAIRS, pairTable(figures)),
    AGAIN,
  ];
  writeWhole(path.join(folder, 'results.json'), `${JSON.stringify(figures, rounded, 1)}\n`);
  writeWhole(out, `${parts.join('\n\n')}\n`);
}

const CARD_PART = /(<!-- quality -->\n)[\s\S]*?(<!-- \/quality -->)/;

/** Replaces what stands between the card's quality marks. */
export function fillCard(file: string, figures: ReportFigures): void {
  const card = readFileSync(file, 'utf8');
  if (!CARD_PART.test(card))
    throw new Error(`${file} has no part between <!-- quality --> and <!-- /quality -->.`);
  const tables = [rankingTable, chainTable, pairTable].map((one) => one(figures));
  const part = [
    `nDCG@10, top 20 of the given order, ${figures.model}; 95 % bootstrap intervals, paired for differences.`,
    ...tables.filter((text) => !isEmpty(text)),
  ].join('\n\n');
  writeWhole(
    file,
    card.replace(CARD_PART, (_, open: string, close: string) => `${open}\n${part}\n\n${close}`),
  );
}

function rounded(_: string, value: unknown): unknown {
  return typeof value === 'number' ? Number(value.toFixed(6)) : value;
}
