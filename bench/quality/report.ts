/** docs/quality.md, its plots and its digest, from the results that are there: every table says how many queries it is of. */
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { writeWhole } from '../../src/evaluation/node/write-whole.ts';
import { calibrationPart } from './calibration-part.ts';
import { COLLECTION_NAMES } from './cells.ts';
import { formatDigest, type Origin } from './digest.ts';
import { lossTable } from './loss-table.ts';
import { readCells, type Queries } from './measured-cells.ts';
import { mainTable, modesTable } from './ranking-tables.ts';
import { METHOD, ORIGIN } from './report-text.ts';

/**
 * @param work folder of the results
 * @param out the report; plots and digest go into a folder beside it that is called like it
 */
export async function writeQualityReport(
  queries: Queries,
  work: string,
  out: string,
  origin: Origin,
): Promise<void> {
  const cells = await readCells(queries, work);
  if (cells.size === 0) throw new Error(`${work} holds no results.`);
  const folder = out.replace(/\.md$/, '');
  mkdirSync(folder, { recursive: true });
  const parts = [
    `# Quality of the demo model\n\nMade by \`npm run quality\`, ${origin.date}, on ${origin.machine}. ${METHOD}`,
    ...COLLECTION_NAMES.flatMap((collection) => mainTable(cells, collection)),
    modesTable(cells),
    lossTable(cells),
    ...calibrationPart(cells, folder),
    ORIGIN,
  ];
  writeWhole(path.join(folder, 'results.json'), formatDigest(cells, origin));
  writeWhole(out, `${parts.join('\n\n')}\n`);
}
