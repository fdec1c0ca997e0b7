/** Two plots of the same bins: reliability diagram and score histogram. */
import type { Calibration, ScoreBin } from '../analysis/calibration.ts';
import { ENGLISH_PLOT_WORDS, type PlotWords } from './plot-words.ts';
import { bar, coordinate, escapeXml, label, plot, SECOND_ROW, xScale, yScale } from './svg.ts';

const TICKS = [0, 0.2, 0.4, 0.6, 0.8, 1];

/**
 * Share of relevant documents against mean score; on the dashed diagonal, scores are perfectly calibrated.
 * @returns an SVG document
 */
export function reliabilityPlot(
  calibration: Calibration,
  title = 'Reliability of the score',
  words: PlotWords = ENGLISH_PLOT_WORDS,
): string {
  const x = xScale(0, 1);
  const y = yScale(0, 1);
  const points = calibration.bins.flatMap((bin) => {
    const numJudged = bin.numRelevant + bin.numNotRelevant;
    if (bin.meanScore === null || bin.shareRelevant === null) return [];
    // A point's area is proportional to its share of documents.
    const radius = 2.5 + 9 * Math.sqrt(numJudged / calibration.numJudged);
    const tip = `${rangeText(bin)}: ${numJudged} judged, mean score ${bin.meanScore.toFixed(3)}, relevant ${bin.shareRelevant.toFixed(3)}`;
    return [{ x: coordinate(x(bin.meanScore)), y: coordinate(y(bin.shareRelevant)), radius, tip }];
  });
  const circles = points.map(
    (point) =>
      `<circle class="good" fill-opacity="0.75" cx="${point.x}" cy="${point.y}" r="${coordinate(point.radius)}"><title>${escapeXml(point.tip)}</title></circle>`,
  );
  const error = calibration.expectedCalibrationError;
  return plot(
    {
      title,
      subtitle: error === null ? words.noJudged : words.calibrationError(error.toFixed(3)),
      description:
        error === null
          ? 'No judged documents.'
          : `Expected calibration error ${error.toFixed(3)} over ${calibration.numJudged} judged documents. ${points.map(({ tip }) => tip).join('; ')}.`,
      xLabel: words.meanScoreOfBin,
      yLabel: words.shareRelevant,
    },
    x,
    y,
    TICKS,
    [
      `<line class="guide" x1="${coordinate(x(0))}" y1="${coordinate(y(0))}" x2="${coordinate(x(1))}" y2="${coordinate(y(1))}"/>`,
      `<polyline class="line" points="${points.map((point) => `${point.x},${point.y}`).join(' ')}"/>`,
      ...circles,
    ],
  );
}

/** Number of documents by score, stacked by judgement. @returns an SVG document */
export function scoreHistogramPlot(
  { bins }: Calibration,
  title = 'Scores by judgement',
  words: PlotWords = ENGLISH_PLOT_WORDS,
): string {
  const highest = Math.max(1, ...bins.map((bin) => bin.numRelevant + bin.numNotRelevant + bin.numUnjudged));
  const x = xScale(0, 1);
  const y = yScale(0, highest);
  const bars = bins.flatMap((bin) => {
    let base = 0;
    const stacked = [
      ['good', bin.numRelevant, 'relevant'],
      ['bad', bin.numNotRelevant, 'not relevant'],
      ['unknown', bin.numUnjudged, 'unjudged'],
    ] as const;
    return stacked.flatMap(([kind, count, name]) => {
      if (count === 0) return [];
      const [from, to] = [base, (base += count)];
      return bar(
        kind,
        x(bin.from) + 1,
        x(bin.to) - x(bin.from) - 2,
        y(from),
        y(to),
        `${rangeText(bin)}: ${count} ${name}`,
      );
    });
  });
  const legend = (['good', 'bad', 'unknown'] as const).flatMap((kind, index) => {
    const left = x(0) + index * 100;
    return [
      bar(kind, left, 10, SECOND_ROW - 9, SECOND_ROW + 1, ''),
      label(left + 14, SECOND_ROW, words.judgements[index]!, 'start'),
    ];
  });
  const sums = bins.map(
    (bin) => `${rangeText(bin)}: ${bin.numRelevant}, ${bin.numNotRelevant}, ${bin.numUnjudged}`,
  );
  return plot(
    {
      title,
      description: `Documents relevant, not relevant, unjudged in each range of scores. ${sums.join('; ')}.`,
      xLabel: words.score,
      yLabel: words.documents,
    },
    x,
    y,
    TICKS,
    [...bars, ...legend],
  );
}

function rangeText({ from, to }: ScoreBin): string {
  return `${from.toFixed(2)} to ${to.toFixed(2)}`;
}
