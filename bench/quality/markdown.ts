/** Figures and tables as text. */
import type { BootstrapInterval } from '../../src/evaluation/index.ts';
import { LEAST_QUERIES_FOR_INTERVAL } from './measured-cells.ts';

export const NOTHING = '–';

export function figure(value: unknown): string {
  return typeof value === 'number' ? value.toFixed(3) : NOTHING;
}

export function signed(value: number): string {
  return `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(3)}`;
}

/** A gain, with its interval where there are queries enough for one. */
export function gainText({ meanDifference, lower, upper, numQueries }: BootstrapInterval): string {
  const gain = signed(meanDifference);
  return numQueries < LEAST_QUERIES_FOR_INTERVAL ? gain : `${gain} (${signed(lower)} to ${signed(upper)})`;
}

export function intervalText({ lower, upper, numQueries }: BootstrapInterval): string {
  return numQueries < LEAST_QUERIES_FOR_INTERVAL ? NOTHING : `${figure(lower)} to ${figure(upper)}`;
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
