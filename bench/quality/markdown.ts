/** Figures and tables as text. */
import type { Estimate, Ratio } from './figures.ts';

export const NOTHING = '–';
/** A bootstrap over fewer queries says more about its few resamples than about other queries. */
export const MIN_QUERIES_FOR_INTERVAL = 10;

export function figure(value: number | null | undefined): string {
  return typeof value === 'number' ? value.toFixed(3) : NOTHING;
}

export function signed(value: number): string {
  return `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(3)}`;
}

/** With its interval where there are queries enough for one. */
export function estimateText(
  estimate: Estimate | null,
  numQueries: number,
  format: (value: number) => string = figure,
): string {
  if (!estimate) return NOTHING;
  const { mean, lower, upper } = estimate;
  const interval = ` (${format(lower)} to ${format(upper)})`;
  return format(mean) + (numQueries < MIN_QUERIES_FOR_INTERVAL ? '' : interval);
}

export function percent({ count, of }: Ratio): string {
  return of === 0 ? NOTHING : `${((100 * count) / of).toFixed(1)} %`;
}

/** Padded, as prettier has it. */
export function table(head: readonly string[], rows: readonly (readonly unknown[])[]): string {
  const cells = [head, ...rows].map((row) => row.map(String));
  const widths = head.map((_, column) => Math.max(3, ...cells.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]) =>
    `| ${row.map((cell, column) => cell.padEnd(widths[column]!)).join(' | ')} |`;
  const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`;
  return [line(cells[0]!), rule, ...cells.slice(1).map(line)].join('\n');
}
