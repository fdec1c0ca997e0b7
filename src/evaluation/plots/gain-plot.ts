/** Gain per query, largest first: shows whether a mean comes from a few large gains or many small ones. */
import type { PairedDifference } from '../analysis/bootstrap.ts';
import { ENGLISH_PLOT_WORDS, type PlotWords } from './plot-words.ts';
import { bar, coordinate, plot, xScale, yScale } from './svg.ts';

/**
 * One bar per query, from the largest gain to the largest loss.
 * @param measureName axis label, such as `nDCG@10`
 * @returns an SVG document
 */
export function perQueryGainPlot(
  differences: readonly PairedDifference[],
  measureName: string,
  title = 'Gain over the first stage',
  words: PlotWords = ENGLISH_PLOT_WORDS,
): string {
  const sorted = differences.toSorted((a, b) => b.difference - a.difference);
  const values = sorted.map(({ difference }) => difference);
  const extent = Math.max(0.1, ...values.map(Math.abs));
  const x = xScale(0, Math.max(1, sorted.length));
  const y = yScale(-extent, extent);
  const gap = sorted.length > 100 ? 0 : 1;
  const bars = sorted.map(({ qid, baseline, system, difference }, index) => {
    const tip = `${qid}: ${baseline.toFixed(3)} to ${system.toFixed(3)}`;
    return bar(
      difference >= 0 ? 'good' : 'bad',
      x(index),
      x(index + 1) - x(index) - gap,
      y(0),
      y(difference),
      tip,
    );
  });
  const numBetter = values.filter((value) => value > 0).length;
  const numWorse = values.filter((value) => value < 0).length;
  const numSame = values.length - numBetter - numWorse;
  const counts = ENGLISH_PLOT_WORDS.gainCounts(numBetter, numWorse, numSame);
  return plot(
    {
      title,
      subtitle: words.gainCounts(numBetter, numWorse, numSame),
      description: `Change of ${measureName} for each of ${values.length} queries: ${counts}.`,
      xLabel: words.queriesByGain,
      yLabel: words.gainIn(measureName),
    },
    x,
    y,
    [],
    [
      ...bars,
      `<line class="axis" x1="${coordinate(x(x.from))}" x2="${coordinate(x(x.to))}" y1="${coordinate(y(0))}" y2="${coordinate(y(0))}"/>`,
    ],
  );
}
