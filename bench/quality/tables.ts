/** The tables of the report, from its figures: on the terminal, in docs/quality.md and in the model card alike. */
import type { ModeFigures, Ratio, ReferenceFigures } from './figures.ts';
import { estimateText, figure, NOTHING, percent, signed, table } from './markdown.ts';
import type { Mode } from './measure.ts';
import { SET_NAMES, SETS, type SetName } from './sets.ts';

const NONE: Ratio = { count: 0, of: 0 };
const sumOf = (a: Ratio, b: Ratio): Ratio => ({ count: a.count + b.count, of: a.of + b.of });

export interface ReportFigures {
  /** YYYY-MM-DD */
  readonly date: string;
  readonly machine: string;
  /** null: references alone */
  readonly model: string | null;
  readonly comparedWith: string | null;
  /** all queries of each set */
  readonly references: Readonly<Partial<Record<SetName, ReferenceFigures>>>;
  readonly measured: readonly (ModeFigures & { readonly set: SetName; readonly mode: Mode })[];
}

export function referenceTable({ references }: ReportFigures): string {
  const rows = SET_NAMES.flatMap((set) => {
    const figures = references[set];
    if (!figures) return [];
    const { numQueries, given, bm25, minilm, best } = figures;
    const values = [given, bm25, minilm].map((one) => estimateText(one, numQueries));
    return [[SETS[set].title, numQueries, ...values, figure(best)]];
  });
  return table(['set', 'queries', 'given order', 'BM25', 'all-MiniLM-L6-v2', 'best order'], rows);
}

/** One row for each set and mode; every column is of the row's queries. */
export function rankingTable({ measured }: Pick<ReportFigures, 'measured'>): string {
  const rows = measured.flatMap(({ set, mode, numQueries, ranking }) => {
    if (!ranking) return [];
    const { references, ndcg, gainOver } = ranking;
    const row = [
      SETS[set].title,
      mode,
      numQueries,
      ...[references.given.mean, references.bm25.mean, references.minilm.mean].map(figure),
      estimateText(ndcg, numQueries),
      ...[gainOver.bm25, gainOver.minilm].map((gain) => estimateText(gain, numQueries, signed)),
      figure(references.best),
    ];
    return [row];
  });
  const head = [
    'set',
    'mode',
    'queries',
    'given',
    'BM25',
    'MiniLM',
    'this model',
    'over BM25',
    'over MiniLM',
  ];
  return table([...head, 'best order'], rows);
}

/** What one mode changes against the chains, and these weights against others. */
export function differenceTable({ measured, comparedWith }: ReportFigures): string {
  const rows = measured.flatMap(({ set, mode, numQueries, ranking }) => {
    if (!ranking) return [];
    const gains = [ranking.gainOverChain, ...(comparedWith === null ? [] : [ranking.gainOverCompared])];
    if (gains.every((gain) => gain === null)) return [];
    return [[SETS[set].title, mode, ...gains.map((gain) => estimateText(gain, numQueries, signed))]];
  });
  const head = ['set', 'mode', 'against chain'];
  return table(comparedWith === null ? head : [...head, `against ${comparedWith}`], rows);
}

export function chainTable({ measured }: Pick<ReportFigures, 'measured'>): string {
  const rows = measured.flatMap(({ set, mode, chains, documentsPerSecond }) => [
    [
      SETS[set].title,
      mode,
      ...(chains
        ? [chains.ended.of, ...[chains.ended, chains.quoting, chains.verbatim].map(percent)]
        : [NOTHING, NOTHING, NOTHING, NOTHING]),
      chains && mode === 'chain' ? chains.medianTokens : NOTHING,
      documentsPerSecond?.toFixed(1) ?? NOTHING,
    ],
  ]);
  const head = ['set', 'mode', 'chains', 'end by themselves', 'quote', 'quotes verbatim', 'median tokens'];
  return table([...head, 'documents a second'], rows);
}

/** The adversarial pairs: one row for each kind, one column for each mode. */
export function pairTable({ measured }: Pick<ReportFigures, 'measured'>): string {
  const modes = measured.filter(({ byKind }) => byKind);
  const kinds = [...new Set(modes.flatMap(({ byKind }) => Object.keys(byKind!)))];
  const ofKind = (kind: string) => modes.map(({ byKind }) => byKind![kind] ?? NONE);
  const ofAll = modes.map(({ byKind }) => Object.values(byKind!).reduce(sumOf, NONE));
  const row = (name: string, ratios: readonly Ratio[]) => [name, ratios[0]!.of, ...ratios.map(percent)];
  const rows = kinds.map((kind) => row(kind, ofKind(kind)));
  if (kinds.length > 0) rows.push(row('all', ofAll));
  return table(['kind', 'pairs', ...modes.map(({ mode }) => mode)], rows);
}

export function scoreTable({ measured }: Pick<ReportFigures, 'measured'>): string {
  const lists = measured.filter(({ byKind }) => !byKind);
  const rows = lists.map(({ set, mode, scores: { graded, thresholds, calibration, silent } }) => [
    SETS[set].title,
    mode,
    calibration.numJudged,
    percent(graded),
    ...(thresholds
      ? [
          figure(thresholds.f1AtHalf),
          `${figure(thresholds.bestF1)} (at ${thresholds.bestThreshold.toFixed(2)})`,
          figure(thresholds.bestF1 - thresholds.f1AtHalf),
        ]
      : [NOTHING, NOTHING, NOTHING]),
    figure(calibration.expectedCalibrationError),
    percent(silent),
  ]);
  const head = [
    'set',
    'mode',
    'judged documents',
    'scores 0.05 to 0.95',
    'F1 at 0.5',
    'best F1',
    'difference',
  ];
  return table([...head, 'calibration error', 'nothing answers: no `true`'], rows);
}

/** Head and rule alone: nothing of the kind was measured. */
export const isEmpty = (text: string): boolean => text.split('\n').length <= 2;

/** Without their texts, as the terminal shows them; the references alone where nothing is measured. */
export function allTables(figures: ReportFigures): string {
  if (figures.measured.length === 0) return referenceTable(figures);
  const tables = [rankingTable, differenceTable, chainTable, scoreTable, pairTable];
  return tables
    .map((one) => one(figures))
    .filter((text) => !isEmpty(text))
    .join('\n\n');
}
