/** What a form of the weights changes, document by document: many more than there are queries. */
import { meanOf } from '../../src/evaluation/mean.ts';
import {
  cellName,
  COLLECTION_NAMES,
  COLLECTIONS,
  FORM_NAMES,
  FORMS,
  MODE_NAMES,
  type Collection,
  type Form,
  type Mode,
} from './cells.ts';
import { gainText, NOTHING, table } from './markdown.ts';
import { cut, differenceInterval, ndcgOf, type Cells, type MeasuredCell } from './measured-cells.ts';
import { LOSS } from './report-text.ts';

export function lossTable(cells: Cells): string {
  const rows = MODE_NAMES.flatMap((mode) =>
    FORM_NAMES.filter((form) => form !== 'fp32').map((form) => {
      const pairs = COLLECTION_NAMES.flatMap((collection) => documentPairs(cells, collection, mode, form));
      const scores = pairs.map(([a, b]) => Math.abs(a.score - b.score));
      return [
        mode,
        FORMS[form].title,
        pairs.length,
        pairs.filter(([a, b]) => a.label !== b.label).length,
        pairs.filter(([a, b]) => a.reasoning !== b.reasoning).length,
        meanOf(scores)?.toExponential(1) ?? NOTHING,
        pairs.length > 0 ? Math.max(...scores).toExponential(1) : NOTHING,
        ...COLLECTION_NAMES.map((collection) => lossText(cells, collection, mode, form)),
      ];
    }),
  );
  const head = ['mode', 'weights', 'documents', 'other label', 'other chain'];
  head.push('mean score difference', 'largest');
  return [
    '## What rounding costs, against fp32',
    LOSS,
    table([...head, ...COLLECTION_NAMES.map((collection) => COLLECTIONS[collection].title)], rows),
  ].join('\n\n');
}

/** fp32 and the other form, on the queries that both have. */
function bothForms(
  cells: Cells,
  collection: Collection,
  mode: Mode,
  form: Form,
): readonly [MeasuredCell, MeasuredCell] | null {
  const exact = cells.get(cellName({ collection, mode, form: 'fp32' }));
  const rounded = cells.get(cellName({ collection, mode, form }));
  if (!exact || !rounded) return null;
  const shared = Math.min(exact.results.length, rounded.results.length);
  return [cut(exact, shared), cut(rounded, shared)];
}

function documentPairs(cells: Cells, collection: Collection, mode: Mode, form: Form) {
  const both = bothForms(cells, collection, mode, form);
  if (!both) return [];
  const [exact, rounded] = both.map(
    ({ results }) =>
      new Map(
        results.flatMap(({ qid, ranking }) =>
          ranking.map((document) => [JSON.stringify([qid, document.docid]), document] as const),
        ),
      ),
  );
  return [...exact!].flatMap(([key, { verdict, reasoning }]) => {
    const other = rounded!.get(key);
    if (!verdict || !other?.verdict) return [];
    return [
      [
        { ...verdict, reasoning },
        { ...other.verdict, reasoning: other.reasoning },
      ] as const,
    ];
  });
}

function lossText(cells: Cells, collection: Collection, mode: Mode, form: Form): string {
  const both = bothForms(cells, collection, mode, form);
  return both ? gainText(differenceInterval(ndcgOf(both[0]), ndcgOf(both[1]))) : NOTHING;
}
