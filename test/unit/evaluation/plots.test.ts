import { describe, expect, it } from 'vitest';
import { calibrate } from '../../../src/evaluation/analysis/calibration.ts';
import { reliabilityPlot, scoreHistogramPlot } from '../../../src/evaluation/plots/calibration-plots.ts';
import { perQueryGainPlot } from '../../../src/evaluation/plots/gain-plot.ts';

const DIFFERENCES = [0.3, -0.2, 0, 0.1].map((difference, index) => ({
  qid: `<q&${index}>`,
  baseline: 0.5,
  system: 0.5 + difference,
  difference,
}));
const CALIBRATION = calibrate([
  { score: 0.05, isRelevant: false },
  { score: 0.95, isRelevant: true },
  { score: 0.97, isRelevant: false },
  { score: 1, isRelevant: null },
]);
const TITLE = '<script>"&\u0000\ud800';

const PLOTS: [string, string][] = [
  ['reliability', reliabilityPlot(CALIBRATION, TITLE)],
  ['reliability of nothing', reliabilityPlot(calibrate([]), TITLE)],
  ['histogram', scoreHistogramPlot(CALIBRATION, TITLE)],
  ['histogram of nothing', scoreHistogramPlot(calibrate([]), TITLE)],
  ['gains', perQueryGainPlot(DIFFERENCES, 'nDCG@10', TITLE)],
  ['no gains', perQueryGainPlot([], 'nDCG@10', TITLE)],
];

/** Numbers of a tag's attribute, such as the heights of all bars of a class. */
function attributes(svg: string, tag: string, name: string): number[] {
  return [...svg.matchAll(new RegExp(`<${tag}[^>]* ${name}="([^"]*)"`, 'g'))].map((match) =>
    Number(match[1]),
  );
}

describe.each(PLOTS)('plot: %s', (_, svg) => {
  it('is well-formed: every tag is closed in order, nothing is unescaped', () => {
    const open: string[] = [];
    for (const [, closing, tag, selfClosing] of svg.matchAll(/<(\/?)([a-z]+)[^<>]*?(\/?)>/g)) {
      if (closing) expect(open.pop()).toBe(tag);
      else if (!selfClosing) open.push(tag!);
    }
    expect(open).toEqual([]);
    expect(svg.replace(/<\/?[a-z]+(\s[a-zA-Z:0-9-]+="[^"<>&]*")*\/?>/g, '')).not.toMatch(/[<>]|&(?!#\d+;)/);
    expect(svg).not.toContain('<script');
  });
  it('holds only finite coordinates inside the picture', () => {
    expect(svg).not.toMatch(/NaN|Infinity|undefined/);
    for (const y of [
      ...attributes(svg, 'rect', 'y'),
      ...attributes(svg, 'circle', 'cy'),
      ...attributes(svg, 'line', 'y1'),
    ]) {
      expect(y >= 0 && y <= 320).toBe(true);
    }
    for (const size of [...attributes(svg, 'rect', 'width'), ...attributes(svg, 'rect', 'height')])
      expect(size).toBeGreaterThanOrEqual(0);
  });
  it('has a title, a description and colours for light and dark', () => {
    expect(svg).toMatch(/role="img"/);
    expect(svg).toMatch(/<title>&#60;script/);
    expect(svg).toMatch(/<desc>[^<]+<\/desc>/);
    expect(svg).toContain('prefers-color-scheme:dark');
  });
});

describe('plots', () => {
  it('the histogram’s bars are as high as their counts', () => {
    const svg = scoreHistogramPlot(CALIBRATION);
    const bars = [...svg.matchAll(/height="([\d.]+)"><title>([^<]+ to [^<]+: (\d+) [^<]+)</g)];
    expect(bars.map((match) => match[2])).toEqual([
      '0.00 to 0.10: 1 not relevant',
      '0.90 to 1.00: 1 relevant',
      '0.90 to 1.00: 1 not relevant',
      '0.90 to 1.00: 1 unjudged',
    ]);
    expect(new Set(bars.map((match) => match[1])).size).toBe(1);
  });
  it('gains are sorted, counted, and drawn up or down from zero', () => {
    const svg = perQueryGainPlot(DIFFERENCES, 'nDCG@10');
    expect(
      [...svg.matchAll(/class="(good|bad)"[^>]*><title>&#60;q&#38;(\d)/g)].map(([, kind, index]) => [
        kind,
        index,
      ]),
    ).toEqual([
      ['good', '0'],
      ['good', '3'],
      ['good', '2'],
      ['bad', '1'],
    ]);
    expect(svg).toContain('>2 better, 1 worse, 1 the same<');
  });
  it('reliability points lie at mean score and share relevant', () => {
    const svg = reliabilityPlot(CALIBRATION);
    expect(svg).toContain('0.90 to 1.00: 2 judged, mean score 0.960, relevant 0.500');
    expect(attributes(svg, 'circle', 'cy')[1]).toBeCloseTo((52 + (320 - 44)) / 2, 0);
  });
});
