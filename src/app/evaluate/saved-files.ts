/** Text files the page saves: converted runs, metrics, per-query values. */
import { msg } from '@lit/localize';
import type { ExportedFile } from '../../export/index.ts';
import {
  formatMtebPredictions,
  formatRank1RunFile,
  formatTrecRun,
  mtebResultText,
  NO_REVISION,
  type Judgements,
} from '../../evaluation/index.ts';
import type { MeasurableFile } from './collected-files.ts';
import type { Figures } from './compared-runs.ts';

export const RUN_FORMATS = ['TREC run', 'rank1 run file', 'mteb predictions', 'mteb result'] as const;
export type RunFormat = (typeof RUN_FORMATS)[number];

/** Label of a format a run can be saved in. */
export function runFormatLabel(format: RunFormat): string {
  const labels: Record<RunFormat, () => string> = {
    'TREC run': () => msg('TREC run'),
    'rank1 run file': () => msg('rank1 run file'),
    'mteb predictions': () => msg('mteb predictions'),
    'mteb result': () => msg('mteb result'),
  };
  return labels[format]();
}

/**
 * @throws RangeError or Rank1Error if the format cannot hold the run, or needs a judgement that is missing
 */
export function savedRun(
  { name, source, run, subset = 'default', split = 'test' }: MeasurableFile,
  format: RunFormat,
  judgements: ReadonlyMap<string, Judgements>,
  relevanceLevel: number,
): ExportedFile {
  const stem = withoutExtension(source);
  // Subsets and splits of one file are runs of their own.
  const base = name === source ? stem : `${stem}.${subset}.${split}`;
  const json = (ending: string, text: string): ExportedFile => ({
    name: `${base}${ending}`,
    mediaType: 'application/json',
    text,
  });
  switch (format) {
    case 'TREC run': {
      const text = [...formatTrecRun(run, base.replace(/\s+/g, '-'))].join('');
      return { name: `${base}.trec`, mediaType: 'text/plain', text };
    }
    case 'rank1 run file':
      return json('.json', [...formatRank1RunFile(run)].join(''));
    case 'mteb predictions': {
      const runs = new Map([[subset, new Map([[split, run]])]]);
      return json(
        '.mteb.json',
        [...formatMtebPredictions({ modelName: stem, revision: null, runs })].join(''),
      );
    }
    case 'mteb result': {
      const names = { taskName: stem, datasetRevision: NO_REVISION, languages: ['eng-Latn'] };
      return json(
        '.mteb-result.json',
        mtebResultText(run, judgements, { ...names, subset, split, relevanceLevel }),
      );
    }
  }
}

/** Of a path in a dropped folder, as a file name: `bm25/run.trec.gz` becomes `bm25-run`, `run.trec (2)` `run (2)`. */
function withoutExtension(path: string): string {
  return path.replace(/(\.[^./\s]+?)?(\.gz)?( \(\d+\))?$/i, '$3').replaceAll('/', '-');
}

export function savedFigures({ options, runs }: Figures): ExportedFile {
  const figures = runs.map((run) => ({
    name: run.name,
    numQueries: run.numQueries,
    numMissing: run.missingQids.length,
    numWithoutJudgements: run.unjudgedQids.length,
    numOwnDocuments: run.numOwnDocuments,
    numConflictingQueries: run.numConflictingQueries,
    measures: Object.fromEntries(run.means),
    numTiesThatMatter: run.numTiesThatMatter,
    randomOrder: run.randomOrder,
    bestOrder: run.bestOrder,
    gain: run.gain,
    nevir: run.nevir,
    pMrr: run.followIr?.pMrr ?? null,
  }));
  const text = `${JSON.stringify({ options, runs: figures }, null, 2)}\n`;
  return { name: 'figures.json', mediaType: 'application/json', text };
}

/** One line per query and run. */
export function savedPerQuery({ runs }: Figures): ExportedFile {
  const lines = runs.flatMap(({ name, perQuery }) => {
    const qids = new Set([...perQuery.values()].flatMap((values) => [...values.keys()]));
    return [...qids].map((qid) => {
      const measures = [...perQuery].flatMap(([measure, values]): [string, number][] => {
        const value = values.get(qid);
        return value === undefined ? [] : [[measure, value]];
      });
      return `${JSON.stringify({ run: name, qid, measures: Object.fromEntries(measures) })}\n`;
    });
  });
  return { name: 'per-query.jsonl', mediaType: 'application/jsonl', text: lines.join('') };
}
