/** Two small plots as SVG, black on transparent and readable in dark mode too: bars by contender, and a line over slots. */
import type { Report, Row } from './report.ts';

const WIDTH = 640;
const STYLE =
  '<style>text{font:13px system-ui,sans-serif;fill:#57606a}.bar{fill:#1f7a8c}.other{fill:#9aa5b1}' +
  'path{fill:none;stroke:#1f7a8c;stroke-width:2}.axis{stroke:#9aa5b1;stroke-width:1}' +
  '@media (prefers-color-scheme: dark){text{fill:#c9d1d9}}</style>';

export function barChart(report: Report): string {
  const rows = report.rows;
  const most = Math.max(...rows.map(({ documentsPerMinute }) => documentsPerMinute));
  const left = 190;
  const bars = rows.map((row, i) => {
    const y = 34 + i * 28;
    const width = Math.max(1, (row.documentsPerMinute / most) * (WIDTH - left - 150));
    const times = row.timesTransformers === null ? '' : ` (${row.timesTransformers.toFixed(1)}×)`;
    const quality = row.ndcg === undefined ? '' : `, nDCG@10 ${row.ndcg.toFixed(2)}`;
    return (
      `<text x="${left - 8}" y="${y + 14}" text-anchor="end">${label(row)}</text>` +
      `<rect class="${/^ours|^reranker/.test(row.contender) ? 'bar' : 'other'}" x="${left}" y="${y}" width="${width.toFixed(1)}" height="20"/>` +
      `<text x="${(left + width + 6).toFixed(1)}" y="${y + 14}">${row.documentsPerMinute.toFixed(1)}${times}${quality}</text>`
    );
  });
  return svg(
    44 + rows.length * 28,
    `Documents per minute, ${report.device}, model ${report.model.name} (times transformers.js)`,
    bars,
  );
}

export function slotsChart(report: Report): string {
  const rows = report.rows.filter(({ contender }) => contender === 'ours').sort((a, b) => a.slots - b.slots);
  const most = Math.max(...rows.map(({ documentsPerMinute }) => documentsPerMinute));
  const [left, top, height] = [50, 40, 200];
  const step = (WIDTH - left - 60) / Math.max(1, rows.length - 1);
  const points = rows.map((row, i) => ({
    x: left + 10 + i * step,
    y: top + height - (row.documentsPerMinute / most) * (height - 20),
    row,
  }));
  const parts = [
    `<path class="axis" d="M${left} ${top}V${top + height}H${WIDTH - 20}"/>`,
    `<path d="M${points.map(({ x, y }) => `${x.toFixed(1)} ${y.toFixed(1)}`).join('L')}"/>`,
    ...points.map(
      ({ x, y, row }) =>
        `<text x="${x.toFixed(1)}" y="${(y - 8).toFixed(1)}" text-anchor="middle">${row.documentsPerMinute.toFixed(0)}</text>` +
        `<text x="${x.toFixed(1)}" y="${top + height + 18}" text-anchor="middle">${row.slots}</text>`,
    ),
  ];
  return svg(
    top + height + 30,
    `Documents per minute by slots, ${report.device}, model ${report.model.name}`,
    parts,
  );
}

const label = ({ contender, slots }: Row) => `${contender}, ${slots} slot${slots > 1 ? 's' : ''}`;

function svg(height: number, title: string, parts: readonly string[]): string {
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${title}">` +
    `${STYLE}<text x="8" y="18">${title}</text>${parts.join('')}</svg>\n`
  );
}
