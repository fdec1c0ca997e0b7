/** `npm run eval`: options to queries to verdicts to files. Progress goes to stderr, the measures to stdout. */
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import { errorMessage } from '../../src/errors.ts';
import { openBrowserJudge } from './browser-judge.ts';
import { loadQueries } from './data.ts';
import { parseOptions, USAGE } from './options.ts';
import { writeReport } from './report-files.ts';
import { runEvaluation } from './run-evaluation.ts';
import { settingsOf } from './settings.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** Returns the exit status. */
export async function main(args: readonly string[]): Promise<number> {
  if (args.length === 0 || args.includes('--help')) {
    console.log(USAGE);
    return args.length === 0 ? 2 : 0;
  }
  try {
    const options = parseOptions(args);
    const queries = await loadQueries(options);
    console.error(`${queries.length} queries, ${queries.flatMap(({ toJudge }) => toJudge).length} documents`);
    await build({ root: ROOT, logLevel: 'error' });
    const { judge, model, close } = await openBrowserJudge(ROOT, options.judge);
    try {
      const settings = await settingsOf(options, model);
      const results = await runEvaluation(
        queries,
        judge,
        { out: options.out, settings, relevanceLevel: options.relevanceLevel },
        (done, all) => console.error(`${done} of ${all} queries`),
      );
      const { measures, notes } = writeReport(options, queries, results);
      for (const note of notes) console.error(note);
      console.log(JSON.stringify(measures, null, 2));
    } finally {
      await close();
    }
    return 0;
  } catch (error) {
    console.error(errorMessage(error));
    return 1;
  }
}
