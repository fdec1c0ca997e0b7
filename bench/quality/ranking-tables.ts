/** How well the documents are ordered: the published weights on many queries, every mode in every form on shared ones. */
import type { BootstrapInterval } from '../../src/evaluation/index.ts';
import { meanOf } from '../../src/evaluation/mean.ts';
import { computeMeasures, NDCG } from '../../src/evaluation/runner/run-measures.ts';
import {
  cellName,
  COLLECTION_NAMES,
  COLLECTIONS,
  FORM_NAMES,
  FORMS,
  MODE_NAMES,
  type Collection,
} from './cells.ts';
import { figure, gainText, intervalText, NOTHING, table } from './markdown.ts';
import {
  cut,
  meanInterval,
  ndcgOf,
  runOf,
  sharedQueries,
  type Cells,
  type MeasuredCell,
} from './measured-cells.ts';

/** Verdicts of the published weights, on as many queries as each mode has. */
export function mainTable(cells: Cells, collection: Collection): string[] {
  const rows = MODE_NAMES.flatMap((mode) => {
    const cell = cells.get(cellName({ collection, mode, form: 'q4' }));
    if (!cell) return [];
    const { measures, reranked, first, random, best } = figuresOf(cell, collection);
    return [
      [
        mode,
        cell.queries.length,
        measures['num_documents'],
        ...[reranked, first, random, best].map(figure),
        gainText(measures['gain_over_first_stage_nDCG@10'] as BootstrapInterval),
        measures['num_forced'],
        measures['num_ties_that_matter'],
      ],
    ];
  });
  if (rows.length === 0) return [];
  const head = ['mode', 'queries', 'documents', 'nDCG@10', 'BM25', 'random order', 'best order'];
  head.push('gain over BM25 (95 %)', 'forced', 'ties that mattered');
  return [`## ${COLLECTIONS[collection].title}, the published 4-bit weights`, table(head, rows)];
}

/** Every mode in every form, on the queries that all of them have. */
export function modesTable(cells: Cells): string {
  const rows = MODE_NAMES.flatMap((mode) =>
    FORM_NAMES.map((form) => [
      mode,
      FORMS[form].title,
      ...COLLECTION_NAMES.flatMap((collection) => {
        const cell = cells.get(cellName({ collection, mode, form }));
        if (!cell) return [NOTHING, NOTHING];
        const values = ndcgOf(cut(cell, sharedQueries(cells, collection)));
        return [figure(meanOf(values.values())), intervalText(meanInterval(values))];
      }),
    ]),
  );
  const names = { first: 'first stage (BM25)', random: 'random order', best: 'best order' } as const;
  const references = (['first', 'random', 'best'] as const).map((reference) => [
    names[reference],
    '',
    ...COLLECTION_NAMES.flatMap((collection) => {
      const cell = MODE_NAMES.map((mode) => cells.get(cellName({ collection, mode, form: 'q4' }))).find(
        Boolean,
      );
      if (!cell) return [NOTHING, ''];
      return [figure(figuresOf(cut(cell, sharedQueries(cells, collection)), collection)[reference]), ''];
    }),
  ]);
  const head = ['mode', 'weights', ...COLLECTION_NAMES.flatMap((c) => [COLLECTIONS[c].title, '95 %'])];
  const counts = COLLECTION_NAMES.map(
    (collection) => `${sharedQueries(cells, collection)} queries of ${COLLECTIONS[collection].title}`,
  );
  return [
    '## Every mode in every form of the weights',
    `nDCG@10 on the ${counts.join(' and ')} that all of these cells have. No interval is given below ten queries.`,
    table(head, [...rows, ...references]),
  ].join('\n\n');
}

function figuresOf(cell: MeasuredCell, collection: Collection) {
  const { relevanceLevel } = COLLECTIONS[collection];
  const measures = computeMeasures(cell.queries, cell.results, runOf(cell), relevanceLevel);
  const ndcg = (key: string) => (measures[key] as Record<string, unknown>)[NDCG.name];
  return {
    measures,
    reranked: ndcg('reranked'),
    first: ndcg('first_stage'),
    random: measures[`random_order_${NDCG.name}`],
    best: measures[`best_order_${NDCG.name}`],
  };
}
