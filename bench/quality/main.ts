/** `npm run quality`: judges what is not judged yet, prints the figures of all that is kept, and writes the report. */
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { errorMessage } from '../../src/base/errors.ts';
import type { LoadedQuery } from '../../src/evaluation/runner/loaded-collection.ts';
import { collect } from './collect.ts';
import { MeasuredModel, MODE_NAMES } from './measure.ts';
import { fillCard, writeReport } from './report.ts';
import { loadQueries, SET_NAMES, type SetName } from './sets.ts';
import { allTables } from './tables.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

const USAGE = `Usage: npm run quality -- --model <folder> [options]

  Reranks the top 20 of each query and prints nDCG@10, quotes, calibration and speed. Results are kept query by query: the same command
  goes on where it was interrupted, and a higher --limit adds queries.

  --model <folder>       as rank1-rerank convert leaves it; without it, the references alone are printed
  --compare <folder>     another model, or other weights of the same, judged in the same way
  --sets <names>         ${SET_NAMES.join(', ')} (default: all)
  --mode <names>         ${MODE_NAMES.join(', ')} (default: all)
  --limit <n>            queries of each set, a seeded sample that holds every smaller one (default: all)
  --data <folder>        holds evaluation/ (default: RANK1_DATA, else ../shared/data)
  --dtype <name>         weights of --model (default q4 where the folder has it, else its first)
  --device cpu|wasm      native code on all cores, or WASM on one thread (default cpu)
  --arithmetic exact|fast, --compare-arithmetic exact|fast
                         of each of the two; the same folder can be compared with itself (default exact)
  --kept                 judge nothing; take what is kept
  --report               write docs/quality.md, its plots and figures
  --card <file>          write the tables into this model card, between its quality marks
  --work <folder>        where results are kept (default dist-quality)`;

async function main(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      model: { type: 'string' },
      compare: { type: 'string' },
      sets: { type: 'string', default: SET_NAMES.join() },
      mode: { type: 'string', default: MODE_NAMES.join() },
      limit: { type: 'string' },
      data: { type: 'string', default: process.env['RANK1_DATA'] ?? '../shared/data' },
      dtype: { type: 'string' },
      device: { type: 'string', default: 'cpu' },
      arithmetic: { type: 'string', default: 'exact' },
      'compare-arithmetic': { type: 'string', default: 'exact' },
      kept: { type: 'boolean', default: false },
      report: { type: 'boolean', default: false },
      card: { type: 'string' },
      work: { type: 'string', default: path.join(ROOT, 'dist-quality') },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return console.log(USAGE);
  const sets = choose('--sets', values.sets, SET_NAMES);
  const modes = choose('--mode', values.mode, MODE_NAMES);
  const [device] = choose('--device', values.device, ['cpu', 'wasm']);
  const limit = values.limit === undefined ? Infinity : Number(values.limit);
  if (!(limit >= 1)) throw new Error('--limit must be 1 or more.');
  const open = (folder: string | undefined, arithmetic: string, dtype?: string) => {
    if (folder === undefined) return null;
    const [known] = choose('--arithmetic', arithmetic, ['exact', 'fast']);
    return new MeasuredModel(folder, { dtype, device: device!, arithmetic: known! }, values.work);
  };
  const models = {
    main: open(values.model, values.arithmetic, values.dtype),
    compared: open(values.compare, values['compare-arithmetic']),
  };
  const queries = new Map<SetName, readonly LoadedQuery[]>();
  for (const set of sets) queries.set(set, await loadQueries(values.data, set));

  for (const model of values.kept ? [] : [models.main, models.compared]) {
    for (const set of sets)
      for (const mode of modes)
        await model?.measure(values.data, set, mode, queries.get(set)!, limit, (done, all) =>
          console.error(
            `${new Date().toISOString().slice(11, 19)} ${model.name}, ${set}, ${mode}: ${done} of ${all}`,
          ),
        );
    await model?.dispose();
  }
  const figures = await collect(models, queries, modes, limit);
  console.log(allTables(figures));
  if (values.report) writeReport(figures, path.join(ROOT, 'docs/quality.md'));
  if (values.card !== undefined) fillCard(values.card, figures);
}

function choose<Name extends string>(flag: string, text: string, known: readonly Name[]): Name[] {
  return text.split(',').map((part) => {
    const name = known.find((one) => one === part.trim());
    if (!name) throw new Error(`${flag} takes ${known.join(', ')}, not ${part}.`);
    return name;
  });
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  console.error(errorMessage(error));
  process.exitCode = 1;
}
