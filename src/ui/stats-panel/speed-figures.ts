/** Metrics of a run formatted for display: pure, from the stats of each step. */
import { msg, str } from '@lit/localize';
import type { RunStats } from '../../protocol/rerank-api.ts';

export interface SpeedFigure {
  readonly label: string;
  readonly value: string;
  /** what it means, or how it is composed */
  readonly note: string;
}

/** Null for a zero divisor. */
function ratio(dividend: number, divisor: number): number | null {
  return divisor > 0 ? dividend / divisor : null;
}

const NONE = '–';

function count(value: number | null, unit: string): string {
  if (value === null) return NONE;
  const digits = value !== 0 && value < 10 ? 1 : 0;
  return `${value.toLocaleString('en', { maximumFractionDigits: digits })} ${unit}`;
}

function percent(share: number | null): string {
  return share === null ? NONE : `${Math.round(100 * share)} %`;
}

function bytes(value: number | null): string {
  if (value === null) return NONE;
  if (value >= 1e9) return count(value / 1e9, 'GB');
  if (value >= 1e6) return count(value / 1e6, 'MB');
  return value >= 1e3 ? count(value / 1e3, 'kB') : count(value, msg('bytes'));
}

export function speedFigures(stats: RunStats): readonly SpeedFigure[] {
  const { numPrefillTokens, numPaddedPrefillTokens, numPrefixTokensSaved, numDecodeTokens } = stats;
  const numSteps = stats.numPrefillSteps + stats.numDecodeSteps;
  const numPromptTokens = numPrefillTokens + numPrefixTokensSaved;
  const padding = ratio(numPaddedPrefillTokens - numPrefillTokens, numPaddedPrefillTokens);
  return [
    {
      label: msg('Reading'),
      value: count(ratio(1000 * numPromptTokens, stats.prefillMs), msg('tokens/s')),
      note: msg(str`${numPromptTokens.toLocaleString('en')} tokens of prompts`),
    },
    {
      label: msg('Thinking'),
      value: count(ratio(1000 * numDecodeTokens, stats.decodeMs), msg('tokens/s')),
      note: msg(str`${numDecodeTokens.toLocaleString('en')} tokens, all chains together`),
    },
    {
      label: msg('One step'),
      value: count(ratio(stats.decodeMs, stats.numDecodeSteps), 'ms'),
      note: msg('a token for every chain in flight'),
    },
    {
      label: msg('Our share'),
      value: count(ratio(stats.overheadMs, numSteps), 'ms'),
      note: msg('of a step, outside the runtime’s own call'),
    },
    {
      label: msg('Chains at once'),
      value: count(ratio(numDecodeTokens, stats.numDecodeSteps), '').trim(),
      note:
        stats.rowsActive > 0
          ? msg(str`${stats.rowsActive} now, the mean so far`)
          : msg('the mean of all steps'),
    },
    {
      label: msg('Read once'),
      value: percent(ratio(numPrefixTokensSaved, numPromptTokens)),
      note: msg('of the prompts: they all begin alike'),
    },
    {
      label: msg('Padding'),
      value: percent(padding),
      note: msg('of the tokens that were run while reading'),
    },
    {
      label: msg('Keys and values'),
      value: bytes(stats.peakCacheBytes),
      note: stats.cacheBytes > 0 ? msg(str`at most; ${bytes(stats.cacheBytes)} now`) : msg('at most'),
    },
    {
      label: msg('Read back'),
      value: bytes(ratio(stats.readBackBytes, numSteps)),
      note: msg('from the device in a step'),
    },
  ];
}
