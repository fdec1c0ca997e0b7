/**
 * The frame shared by all plots: size, light and dark colours, axes, screen reader text. Plain strings, no
 * DOM.
 */

export interface PlotText {
  readonly title: string;
  /** the main value, under the title; absent if a legend is there */
  readonly subtitle?: string;
  /** one sentence with the plot's values, read by screen readers */
  readonly description: string;
  readonly xLabel: string;
  readonly yLabel: string;
}

export interface Scale {
  /** value to picture coordinate */
  (value: number): number;
  readonly from: number;
  readonly to: number;
}

export const WIDTH = 480;
export const HEIGHT = 320;
/** baseline of the row under the title, for a value or a legend */
export const SECOND_ROW = 37;
const MARGIN = { top: 52, right: 16, bottom: 44, left: 52 };

// Scoped to `.rank1-plot`, because an inline SVG's style applies to the whole page. Text contrast is above
// 7:1.
const STYLE = `
.rank1-plot{font:12px system-ui,sans-serif}
.rank1-plot .paper{fill:#fff}.rank1-plot text{fill:#1f2328}.rank1-plot .heading{font-weight:600;font-size:13px}
.rank1-plot .grid{stroke:#d0d7de}.rank1-plot .axis{stroke:#59636e}.rank1-plot .guide{stroke:#59636e;stroke-dasharray:4 4}
.rank1-plot .line{stroke:#0969da;fill:none;stroke-width:1.5}
.rank1-plot .good{fill:#0969da}.rank1-plot .bad{fill:#bc4c00}.rank1-plot .unknown{fill:#8c959f}
@media (prefers-color-scheme:dark){
.rank1-plot .paper{fill:#0d1117}.rank1-plot text{fill:#e6edf3}
.rank1-plot .grid{stroke:#30363d}.rank1-plot .axis,.rank1-plot .guide{stroke:#9198a1}
.rank1-plot .line{stroke:#4493f8}.rank1-plot .good{fill:#4493f8}.rank1-plot .bad{fill:#f0883e}.rank1-plot .unknown{fill:#656c76}
}`;

/** Maps values to the plot's horizontal extent, left to right. */
export function xScale(from: number, to: number): Scale {
  return linear(from, to, MARGIN.left, WIDTH - MARGIN.right);
}

/** Maps values to the plot's vertical extent, bottom to top. */
export function yScale(from: number, to: number): Scale {
  return linear(from, to, HEIGHT - MARGIN.bottom, MARGIN.top);
}

/** A complete SVG document that also works inline. `marks` are drawn on top of the grid. */
export function plot(
  text: PlotText,
  x: Scale,
  y: Scale,
  xTicks: readonly number[],
  marks: readonly string[],
): string {
  const [left, right, bottom, top] = [x(x.from), x(x.to), y(y.from), y(y.to)].map(coordinate) as [
    string,
    string,
    string,
    string,
  ];
  const grid = ticks(y.from, y.to).flatMap((value) => [
    `<line class="grid" x1="${left}" x2="${right}" y1="${coordinate(y(value))}" y2="${coordinate(y(value))}"/>`,
    label(x(x.from) - 6, y(value) + 4, tickText(value), 'end'),
  ]);
  const xLabels = xTicks.map((value) => label(x(value), y(y.from) + 16, tickText(value), 'middle'));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" class="rank1-plot" role="img" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}">`,
    `<title>${escapeXml(text.title)}</title>`,
    `<desc>${escapeXml(text.description)}</desc>`,
    `<style>${STYLE}</style>`,
    `<rect class="paper" width="${WIDTH}" height="${HEIGHT}"/>`,
    `<text class="heading" x="${left}" y="18">${escapeXml(text.title)}</text>`,
    label(x(x.from), SECOND_ROW, text.subtitle ?? '', 'start'),
    ...grid,
    ...xLabels,
    label((x(x.from) + x(x.to)) / 2, HEIGHT - 8, text.xLabel, 'middle'),
    `<text text-anchor="middle" transform="translate(13 ${coordinate((y(y.from) + y(y.to)) / 2)}) rotate(-90)">${escapeXml(text.yLabel)}</text>`,
    ...marks,
    `<path class="axis" fill="none" d="M${left} ${top}V${bottom}H${right}"/>`,
    '</svg>',
    '',
  ].join('\n');
}

/** A bar between two corners, in picture coordinates, with a tooltip. */
export function bar(
  kind: 'good' | 'bad' | 'unknown',
  x: number,
  width: number,
  y1: number,
  y2: number,
  tip: string,
): string {
  const place = `x="${coordinate(x)}" y="${coordinate(Math.min(y1, y2))}" width="${coordinate(width)}" height="${coordinate(Math.abs(y1 - y2))}"`;
  return `<rect class="${kind}" ${place}><title>${escapeXml(tip)}</title></rect>`;
}

export function label(x: number, y: number, text: string, anchor: 'start' | 'middle' | 'end'): string {
  return `<text x="${coordinate(x)}" y="${coordinate(y)}" text-anchor="${anchor}">${escapeXml(text)}</text>`;
}

/** Rounds to a tenth of a pixel, so that the text is the same on every machine. */
export function coordinate(value: number): string {
  return String(Math.round(value * 10) / 10);
}

/** Escapes text for content and attributes; characters that XML forbids become U+FFFD. */
export function escapeXml(text: string): string {
  return text
    .replace(/(?![\t\n\r])\p{Cc}|[\ufffe\uffff]|\p{Surrogate}/gu, '\ufffd')
    .replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

function linear(from: number, to: number, start: number, end: number): Scale {
  const span = to - from || 1;
  return Object.assign((value: number) => start + ((value - from) / span) * (end - start), { from, to });
}

/** About five round tick values from `from` to `to`. */
function ticks(from: number, to: number): number[] {
  const rough = (to - from || 1) / 5;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5].find((factor) => factor * power >= rough) ?? 10);
  const count = Math.floor((to - from) / step + 1e-9);
  const first = Math.ceil(from / step - 1e-9);
  return Array.from({ length: count + 1 }, (_, index) => (first + index) * step).filter(
    (value) => value <= to + 1e-9,
  );
}

function tickText(value: number): string {
  return String(Math.round(value * 1000) / 1000);
}
