/** `npm run quality`: measures what is not measured yet, cell by cell, and writes the report of all there is. */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { errorMessage } from '../../src/base/errors.ts';
import { runEvaluation } from '../../src/evaluation/node/run-evaluation.ts';
import { loadModelInNode } from '../../scripts/load-model-in-node.ts';
import { cellName, COLLECTIONS, FORMS, listCells, MODES, type Cell, type Collection } from './cells.ts';
import type { Queries } from './measured-cells.ts';
import { nodeJudge } from './node-judge.ts';
import { loadCollection } from './queries.ts';
import { writeQualityReport } from './report.ts';
import { prepareForms } from './weight-forms.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

const USAGE = `Usage: npm run quality -- --data <folder> [options]

  --data <folder>     holds evaluation/selqa and evaluation/trec_dl19 in this project's form
  --each <n,n>        queries of SelQA and of DL19 in every mode and form of the weights (default 12,10)
  --main <n,n>        queries of SelQA and of DL19 for the published model, reasoning and instant (default 60,43)
  --minutes <n>       begin no query after so many minutes; the report says how many each figure is of
  --report-only       measure nothing; write the report of what is there
  --work <folder>     results; a run that was interrupted goes on from there (default dist-quality)
  --out <file>        (default docs/quality.md)`;

/** Returns the exit status. */
async function main(args: readonly string[]): Promise<number> {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        data: { type: 'string' },
        each: { type: 'string', default: '12,10' },
        main: { type: 'string', default: '60,43' },
        minutes: { type: 'string', default: 'Infinity' },
        'report-only': { type: 'boolean', default: false },
        work: { type: 'string', default: path.join(ROOT, 'dist-quality') },
        out: { type: 'string', default: path.join(ROOT, 'docs/quality.md') },
        help: { type: 'boolean', default: false },
      },
    });
    if (values.help || !values.data) {
      console.log(USAGE);
      return values.help ? 0 : 2;
    }
    const { work, data } = values;
    const cells = listCells({ each: sizes(values.each), main: sizes(values.main) });
    const queries = {
      selqa: await loadCollection(data, 'selqa'),
      dl19: await loadCollection(data, 'dl19'),
    };
    const minutes = Number(values.minutes);
    if (!(minutes > 0)) throw new Error('--minutes must be a number above 0.');
    if (!values['report-only']) await measure(cells, queries, { data, work }, Date.now() + 60_000 * minutes);
    const date = new Date().toISOString().slice(0, 10);
    await writeQualityReport(queries, work, values.out, { date, machine: machineName() });
    return 0;
  } catch (error) {
    console.error(errorMessage(error));
    return 1;
  }
}

/** Ends a cell between two queries when the time is up. */
class TimeIsUp extends Error {}

async function measure(
  cells: readonly Cell[],
  queries: Queries,
  { data, work }: { readonly data: string; readonly work: string },
  deadline: number,
): Promise<void> {
  const { folders, weightsSha256 } = prepareForms(ROOT, path.join(work, 'models'));
  for (const cell of cells) {
    const name = cellName(cell);
    if (numMeasured(path.join(work, name)) >= cell.numQueries) continue;
    const { dtype, convert } = FORMS[cell.form];
    const model = await loadModelInNode(folders[cell.form], dtype);
    try {
      const judge = await nodeJudge(model, MODES[cell.mode]);
      const settings = {
        collection: cell.collection,
        data_sha256: sha256(path.join(data, COLLECTIONS[cell.collection].file)),
        weights_sha256: weightsSha256,
        depth: COLLECTIONS[cell.collection].depth,
        form: { dtype, convert },
        options: MODES[cell.mode],
      };
      await runEvaluation(
        queries[cell.collection].slice(0, cell.numQueries),
        (query, texts) => {
          if (Date.now() > deadline) throw new TimeIsUp();
          return judge(query, texts);
        },
        {
          out: path.join(work, name),
          settings,
          relevanceLevel: COLLECTIONS[cell.collection].relevanceLevel,
        },
        (done, all) =>
          console.error(`${new Date().toISOString().slice(11, 19)} ${name}: ${done} of ${all} queries`),
      );
    } catch (error) {
      if (!(error instanceof TimeIsUp)) throw error;
    } finally {
      await model.dispose();
    }
  }
}

/** Queries whose results are there, whole; an earlier run may have gone further than this one is to. */
function numMeasured(folder: string): number {
  const file = path.join(folder, 'results.jsonl');
  return existsSync(file) ? readFileSync(file, 'utf8').split('\n').length - 1 : 0;
}

function sha256(file: string): string {
  return createHash('sha256').update(readFileSync(file)).digest('hex');
}

function machineName(): string {
  return `${os.cpus()[0]?.model.trim() ?? 'an unknown processor'}, ${os.type()}, Node ${process.versions.node}`;
}

function sizes(text: string): Record<Collection, number> {
  const match = /^(\d{1,4}),(\d{1,4})$/.exec(text);
  if (!match) throw new Error(`Write two numbers of queries, such as 12,10, not ${text}.`);
  return { selqa: Number(match[1]), dl19: Number(match[2]) };
}

process.exitCode = await main(process.argv.slice(2));
