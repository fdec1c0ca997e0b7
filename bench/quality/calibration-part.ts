/** Whether a score is a probability, in every mode. */
import path from 'node:path';
import { reliabilityPlot, scoreHistogramPlot } from '../../src/evaluation/index.ts';
import { writeWhole } from '../../src/evaluation/node/write-whole.ts';
import { cellName, COLLECTION_NAMES, COLLECTIONS, MODE_NAMES } from './cells.ts';
import { figure, table } from './markdown.ts';
import { calibrationOf, type Cells } from './measured-cells.ts';

/** @param folder where the plots go, beside the report */
export function calibrationPart(cells: Cells, folder: string): string[] {
  const rows: unknown[][] = [];
  const images: string[] = [];
  for (const collection of COLLECTION_NAMES)
    for (const mode of MODE_NAMES) {
      const cell = cells.get(cellName({ collection, mode, form: 'q4' }));
      if (!cell) continue;
      const { title } = COLLECTIONS[collection];
      const calibration = calibrationOf(cell, collection);
      const { expectedCalibrationError: error, brierScore, numJudged, bins } = calibration;
      const relevant = bins.reduce((sum, bin) => sum + bin.numRelevant, 0);
      const share = numJudged > 0 ? relevant / numJudged : null;
      rows.push([title, mode, cell.queries.length, numJudged, ...[share, error, brierScore].map(figure)]);
      const plots = { reliability: reliabilityPlot, scores: scoreHistogramPlot };
      for (const [name, plot] of Object.entries(plots)) {
        const file = `${collection}-${mode}-${name}.svg`;
        writeWhole(path.join(folder, file), plot(calibration, `${title}, ${mode}: ${name}`));
        images.push(`![${title}, ${mode}: ${name}](${path.basename(folder)}/${file})`);
      }
    }
  const head = ['collection', 'mode', 'queries', 'judged documents', 'share relevant'];
  head.push('calibration error', 'Brier score');
  return [
    '## Calibration',
    'Is a score of 0.8 right eight times in ten? Expected calibration error over ten bins; the published weights. Relevant is a grade of 1 on SelQA, of 2 on DL19.',
    table(head, rows),
    images.join('\n'),
  ];
}
