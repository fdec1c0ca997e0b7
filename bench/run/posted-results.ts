/** A report from the lines that a page posted to bench/gpu/serve.py. */
import { readFileSync } from 'node:fs';
import type { BrowserDescription, Measurement, MeasureOptions } from '../page/main.ts';
import { cellName, compactRun, summarise, type Report, type RunRecord } from './report.ts';

type Line = { readonly time: string } & (
  | { readonly type: 'machine'; readonly machine: Report['machine'] }
  | { readonly type: 'browser'; readonly browser: BrowserDescription }
  | { readonly type: 'measurement'; readonly options: MeasureOptions; readonly measurement: Measurement }
  | { readonly type: 'failure'; readonly options: MeasureOptions; readonly error: string }
  | { readonly type: 'end' }
);

export function reportFromResults(file: string): Report {
  const lines = readFileSync(file, 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Line);
  const find = <T extends Line['type']>(type: T) =>
    lines.find((line): line is Extract<Line, { type: T }> => line.type === type);
  const measured = lines.filter((line) => line.type === 'measurement');
  const [first, browser] = [measured[0], find('browser')?.browser];
  if (!first || !browser) throw new Error(`${file} holds no measurement.`);
  for (const line of lines) {
    if (line.type === 'failure') console.error(`${cellName(line.options)} failed: ${line.error}`);
  }
  const rounds = new Map<string, number>();
  const records = measured.map(({ measurement }): RunRecord => {
    const { contender, slots, numPrompts } = measurement;
    const name = cellName({ contender, slots, documents: numPrompts });
    const round = rounds.get(name) ?? 0;
    rounds.set(name, round + 1);
    return { round, measurement, memory: null, cpuSeconds: null, loadAverageBefore: null };
  });
  const { device, model, dtype, maxNewTokens, stopAtVerdict, query, warmUpDocuments } = first.options;
  return {
    date: lines[0]!.time,
    endedAt: lines.at(-1)!.time,
    device,
    model: { name: model, dtype, weightBytes: 0, weightsSha256: '' },
    options: {
      runs: Math.max(...rounds.values()),
      maxNewTokens,
      stopAtVerdict,
      query,
      warmUpDocuments,
      nice: null,
    },
    machine: find('machine')?.machine ?? {},
    chromium: /Chrome\/([\d.]+)/.exec(browser.userAgent)?.[1] ?? 'unknown',
    browser,
    rows: summarise(records),
    runs: records.map(compactRun),
  };
}
