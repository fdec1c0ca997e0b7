/** Runs to medians, ratios and agreement; a report as Markdown. */
import type { BrowserDescription, Measurement } from '../page/main.ts';
import type { DocumentResult, JudgedQuery } from '../page/types.ts';
import { ndcgOfVerdicts } from './judged.ts';
import type { Machine } from './machine.ts';
import type { PeakMemory } from './processes.ts';

export interface RunRecord {
  readonly round: number;
  readonly measurement: Measurement;
  readonly memory: PeakMemory | null;
  /** processor time of the page's and the GPU process during the run, which other work on the machine hardly changes */
  readonly cpuSeconds: number | null;
  readonly loadAverageBefore: number | null;
}

/** Medians over the runs of one contender with one number of slots and documents. */
export interface Row {
  readonly contender: string;
  readonly slots: number;
  readonly documents: number;
  readonly runs: number;
  readonly elapsedMs: number;
  /** fastest and slowest run */
  readonly elapsedRangeMs: readonly [number, number];
  readonly documentsPerMinute: number;
  readonly tokensPerSecond: number;
  readonly firstVerdictMs: number;
  readonly coldLoadMs: number;
  readonly warmLoadMs: number | null;
  readonly peakRendererMiB: number | null;
  readonly peakGpuProcessMiB: number | null;
  readonly cpuSecondsPerDocument: number | null;
  readonly numNewTokens: number;
  /** share of documents with the same chain and the same verdict as ours with as many documents, 0 to 1 */
  readonly sameChain: number | null;
  readonly sameLabel: number | null;
  /** of a model without chains: largest difference from the first contender's scores */
  readonly maxScoreDifference?: number;
  /** documents per minute over those of transformers.js one at a time, round by round, the median */
  readonly timesTransformers: number | null;
  /** over those of the fastest wllama */
  readonly timesWllama?: number | null;
  /** where documents were judged */
  readonly ndcg?: number;
}

export interface Report {
  readonly date: string;
  readonly endedAt: string;
  readonly device: string;
  readonly model: {
    readonly name: string;
    readonly dtype: string;
    readonly weightBytes: number;
    readonly weightsSha256: string;
  };
  readonly options: {
    readonly runs: number;
    readonly maxNewTokens: number;
    readonly stopAtVerdict: boolean;
    readonly query: string;
    /** file of the judged queries that were taken instead */
    readonly judged?: string;
    readonly words?: number;
    readonly warmUpDocuments: number;
    readonly nice: number | null;
  };
  /** a run on another machine knows less of it */
  readonly machine: Partial<Machine> & { readonly gpu?: string | null };
  readonly chromium: string;
  readonly browser: BrowserDescription;
  readonly rows: readonly Row[];
  readonly runs: readonly unknown[];
}

export const cellName = (cell: { contender: string; slots?: number; documents: number }) =>
  `${cell.contender} (${cell.slots ?? '?'} slots, ${cell.documents} documents)`;

/** @param judged the documents' queries and grades, if they have any */
export function summarise(
  records: readonly RunRecord[],
  judged: readonly JudgedQuery[] | null = null,
): Row[] {
  const cells = new Map<string, RunRecord[]>();
  for (const record of records) {
    const { contender, slots, numPrompts } = record.measurement;
    const key = cellName({ contender, slots, documents: numPrompts });
    cells.set(key, [...(cells.get(key) ?? []), record]);
  }
  return [...cells.values()].map((runs) => row(runs, records, judged));
}

function row(
  runs: readonly RunRecord[],
  all: readonly RunRecord[],
  judged: readonly JudgedQuery[] | null,
): Row {
  const measurements = runs.map(({ measurement }) => measurement);
  const first = measurements[0]!;
  const elapsed = measurements.map(({ elapsedMs }) => elapsedMs);
  const reference = all.find(
    ({ measurement }) => measurement.contender === 'ours' && measurement.numPrompts === first.numPrompts,
  )?.measurement;
  // The first round loads twice, so its high-water mark is not a single load's where there are others.
  const memories = runs.filter(({ round }) => round > 0 || runs.length === 1).map(({ memory }) => memory);
  const warmLoads = measurements.flatMap(({ secondLoadMs }) => (secondLoadMs === null ? [] : [secondLoadMs]));
  return {
    contender: first.contender,
    slots: first.slots,
    documents: first.numPrompts,
    runs: runs.length,
    elapsedMs: median(elapsed),
    elapsedRangeMs: [Math.min(...elapsed), Math.max(...elapsed)],
    documentsPerMinute: median(measurements.map(perMinute)),
    tokensPerSecond: median(measurements.map((run) => (newTokens(run) * 1000) / run.elapsedMs)),
    firstVerdictMs: median(
      measurements.map((run) => Math.min(...run.documents.map(({ finishedMs }) => finishedMs))),
    ),
    coldLoadMs: median(measurements.map(({ firstLoadMs }) => firstLoadMs)),
    warmLoadMs: warmLoads.length > 0 ? median(warmLoads) : null,
    peakRendererMiB: memories[0] ? median(memories.map((memory) => memory?.rendererMiB ?? 0)) : null,
    peakGpuProcessMiB: memories[0] ? median(memories.map((memory) => memory?.gpuProcessMiB ?? 0)) : null,
    cpuSecondsPerDocument: cpuPerDocument(runs),
    numNewTokens: newTokens(first),
    ...agreement(first, reference),
    ...scoreDifference(first, all[0]!.measurement),
    timesTransformers: ratio(runs, all, /^transformers$/),
    timesWllama: ratio(runs, all, /^wllama/),
    ...(judged && {
      ndcg: ndcgOfVerdicts(
        judged,
        first.documents.map(({ label }) => label),
      ),
    }),
  };
}

function cpuPerDocument(runs: readonly RunRecord[]): number | null {
  const shares = runs.flatMap(({ cpuSeconds, measurement }) =>
    cpuSeconds === null ? [] : [cpuSeconds / measurement.numPrompts],
  );
  return shares.length > 0 ? median(shares) : null;
}

/** Round by round, over the fastest of some contenders. */
function ratio(runs: readonly RunRecord[], all: readonly RunRecord[], contenders: RegExp): number | null {
  const ratios = runs.flatMap(({ round, measurement }) => {
    const others = all.filter(
      (record) =>
        record.round === round &&
        contenders.test(record.measurement.contender) &&
        record.measurement.numPrompts === measurement.numPrompts,
    );
    const fastest = Math.max(...others.map((other) => perMinute(other.measurement)));
    return others.length > 0 ? [perMinute(measurement) / fastest] : [];
  });
  return ratios.length > 0 ? median(ratios) : null;
}

function agreement(run: Measurement, reference: Measurement | undefined) {
  if (!reference) return { sameChain: null, sameLabel: null };
  const share = (same: (a: DocumentResult, b: DocumentResult) => boolean) =>
    run.documents.filter((document, i) => same(document, reference.documents[i]!)).length /
    run.documents.length;
  return { sameChain: share(sameChain), sameLabel: share((a, b) => a.label === b.label) };
}

function scoreDifference(run: Measurement, reference: Measurement) {
  const differences = run.documents.flatMap(({ score }, i) => {
    const other = reference.documents[i]?.score;
    return score === undefined || other === undefined ? [] : [Math.abs(score - other)];
  });
  return differences.length === 0 ? {} : { maxScoreDifference: Math.max(...differences) };
}

/** By token ids if both give them, otherwise by the text before the answer's marker. */
function sameChain(a: DocumentResult, b: DocumentResult): boolean {
  if (a.label !== b.label) return false;
  if (a.tokenIds && b.tokenIds) return a.tokenIds.join() === b.tokenIds.join();
  return reasoning(a) === reasoning(b);
}

const reasoning = ({ text }: DocumentResult) => text.split('</think>')[0]!.trim();
const perMinute = (run: Measurement) => (run.numPrompts * 60_000) / run.elapsedMs;
const newTokens = (run: Measurement) =>
  run.documents.reduce((sum, { numNewTokens }) => sum + numNewTokens, 0);

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** A report keeps each run's measurements, not every document's text. */
export function compactRun({ round, measurement, memory, cpuSeconds, loadAverageBefore }: RunRecord) {
  const { documents, ...figures } = measurement;
  return {
    round,
    ...figures,
    memory,
    cpuSeconds,
    loadAverageBefore,
    numNewTokens: documents.map((document) => document.numNewTokens),
    labels: documents.map((document) => document.label),
    ...(documents[0]?.score !== undefined && { scores: documents.map(({ score }) => score) }),
  };
}

export function toMarkdown(report: Report): string {
  const { machine, browser, model, options } = report;
  const adapter = browser.adapter;
  const turns = Math.max(...report.rows.map(({ runs }) => runs));
  const lines = [
    `# ${report.device === 'wasm' ? 'WASM' : 'WebGPU'}, model ${model.name} (${model.dtype})`,
    '',
    `${report.date.slice(0, 16).replace('T', ' ')} UTC. ${turns} alternating turn${turns > 1 ? 's' : ''} at most, medians. ` +
      `${options.judged ? `Queries of ${options.judged}` : `Query "${options.query}"`}, ${options.words ? `documents of ${options.words} words, ` : ''}${isScored(report) ? 'scores without chains' : `chains ${options.stopAtVerdict ? `up to ${options.maxNewTokens} tokens or the verdict` : `of exactly ${options.maxNewTokens} tokens`}, greedy`}.`,
    '',
    `- Machine: ${describe(machine)}`,
    `- Chromium ${report.chromium}; cross-origin isolated: ${browser.crossOriginIsolated ? 'yes' : 'no'}; JSPI: ${browser.jspi ? 'yes' : 'no'}`,
    ...(report.device === 'webgpu' && adapter
      ? [
          `- WebGPU adapter: ${String(adapter['vendor'])} ${String(adapter['architecture'])} ${String(adapter['description'])}` +
            (isSoftware(adapter) ? ' (a software adapter: not a GPU, and no statement about one)' : ''),
        ]
      : []),
    ...(machine.versions
      ? [
          `- Versions: ${Object.entries(machine.versions)
            .map(([name, version]) => `${name} ${version}`)
            .join(', ')}; commit ${machine.commit ?? 'not recorded'}`,
        ]
      : []),
    ...(model.weightBytes
      ? [
          `- Weights: ${(model.weightBytes / 1e6).toFixed(1)} MB, SHA-256 ${model.weightsSha256.slice(0, 16)}…`,
        ]
      : []),
    ...loadLine(report),
    '',
    `| contender | slots | documents | runs | time (range) s | documents/min | × transformers.js | × wllama | CPU s/document | new tokens/s | first finished s | cold load s | warm load s | peak page MiB | peak GPU process MiB | ${isScored(report) ? 'largest difference of scores' : 'same chain | same verdict'} |${hasNdcg(report) ? ' nDCG@10 |' : ''}`,
    `| --- | ${'---: | '.repeat((isScored(report) ? 15 : 16) + (hasNdcg(report) ? 1 : 0))}`,
    ...report.rows.map(tableLine),
    '',
  ];
  return lines.join('\n');
}

const hasNdcg = ({ rows }: Report) => rows.some(({ ndcg }) => ndcg !== undefined);

const isScored = ({ rows }: Report) =>
  rows.some(({ maxScoreDifference }) => maxScoreDifference !== undefined);

/** Other load on the machine during the measurement, if recorded. */
function loadLine(report: Report): string[] {
  const { runs, machine } = report;
  const loads = (runs as { loadAverageBefore?: number | null }[]).flatMap(({ loadAverageBefore: load }) =>
    typeof load === 'number' ? [load] : [],
  );
  if (loads.length === 0) return [];
  const range = `${Math.min(...loads).toFixed(1)} to ${Math.max(...loads).toFixed(1)}`;
  return [
    `- Load average before the runs, the benchmark's own included: ${range} on ${machine.cores ?? '?'} cores`,
  ];
}

function describe({ cpu, gpu, cores, memoryGiB, os }: Report['machine']): string {
  return [cpu, gpu && `GPU ${gpu}`, cores && `${cores} cores`, memoryGiB && `${memoryGiB} GiB`, os]
    .filter(Boolean)
    .join(', ');
}

export function isSoftware(adapter: Record<string, unknown>): boolean {
  return adapter['isFallbackAdapter'] === true || adapter['architecture'] === 'swiftshader';
}

function tableLine(row: Row): string {
  const seconds = (ms: number | null) => (ms === null ? '–' : (ms / 1000).toFixed(ms < 10_000 ? 2 : 1));
  const percent = (share: number | null) => (share === null ? '–' : `${Math.round(share * 100)} %`);
  const [low, high] = row.elapsedRangeMs;
  const cells = [
    row.contender,
    row.slots,
    row.documents,
    row.runs,
    `${seconds(row.elapsedMs)} (${seconds(low)}–${seconds(high)})`,
    row.documentsPerMinute.toFixed(1),
    row.timesTransformers?.toFixed(2) ?? '–',
    row.timesWllama?.toFixed(2) ?? '–',
    row.cpuSecondsPerDocument?.toFixed(2) ?? '–',
    row.tokensPerSecond.toFixed(1),
    seconds(row.firstVerdictMs),
    seconds(row.coldLoadMs),
    seconds(row.warmLoadMs),
    row.peakRendererMiB ?? '–',
    row.peakGpuProcessMiB ?? '–',
    ...(row.maxScoreDifference === undefined
      ? [percent(row.sameChain), percent(row.sameLabel)]
      : [row.maxScoreDifference.toExponential(1)]),
    ...(row.ndcg === undefined ? [] : [row.ndcg.toFixed(4)]),
  ];
  return `| ${cells.join(' | ')} |`;
}
