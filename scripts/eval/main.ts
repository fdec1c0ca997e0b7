/** `npm run eval`: options to queries to verdicts to files. Progress goes to stderr, the measures to stdout. */
import { createHash } from 'node:crypto';
import { createReadStream, statSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import { errorMessage } from '../../src/errors.ts';
import { openBrowserJudge } from './browser-judge.ts';
import { loadQueries } from './data.ts';
import { parseOptions, USAGE, type EvalOptions } from './options.ts';
import { writeReport } from './report-files.ts';
import { runEvaluation } from './run-evaluation.ts';

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
    const { judge, close } = await openBrowserJudge(ROOT, options.judge);
    try {
      const settings = await settingsOf(options);
      const results = await runEvaluation(
        queries,
        judge,
        { out: options.out, settings, relevanceLevel: options.relevanceLevel },
        (done, all) => console.error(`${done} of ${all} queries`),
      );
      const measures = writeReport(options, queries, results);
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

/** All that decides the results, without the places that files lie in. */
async function settingsOf({
  data,
  run,
  qrels,
  split,
  subset,
  task,
  relevanceLevel,
  depth,
  limit,
  judge,
}: EvalOptions) {
  const isFolder = statSync(data).isDirectory();
  return {
    data: basename(data),
    data_sha256: isFolder ? null : await sha256(data),
    run_sha256: run === null ? null : await sha256(run),
    qrels_sha256: qrels === null ? null : await sha256(qrels),
    split: isFolder ? split : null,
    subset,
    task,
    relevance_level: relevanceLevel,
    depth,
    limit,
    ...judge,
  };
}

async function sha256(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Uint8Array);
  return hash.digest('hex');
}
