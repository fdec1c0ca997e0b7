/** `rank1-rerank rerank`: judges documents from files and writes rankings to standard output. */
import type { RerankResponse } from '../../client/rerank-result.ts';
import { sourceFile, type SourceFile } from '../../evaluation/files/source-file.ts';
import { openFile } from '../../evaluation/node/open-file.ts';
import type { RerankDocument } from '../../protocol/rerank-api.ts';
import { EXIT, type Command, type CommandContext, type ExitCode } from '../command.ts';
import { openEngine } from '../engine/open-engine.ts';
import type { RerankEngine } from '../engine/rerank-engine.ts';
import { asInvalidFile } from '../unreadable-file.ts';
import { untilInterrupted } from '../until-interrupted.ts';
import { readTasks, type JudgingTask } from './document-file.ts';
import type { JudgedTask } from './ranking-output.ts';
import { RankingWriter } from './ranking-writer.ts';
import { parseRerankArguments, RERANK_USAGE, type RerankArguments } from './rerank-arguments.ts';
import { RerankProgress } from './rerank-progress.ts';
import { TaskRecord } from './task-record.ts';

export const rerankCommand: Command = {
  summary: 'judge documents by a query, best first',
  usage: RERANK_USAGE,
  prepare: (args) => {
    const parsed = parseRerankArguments(args);
    return (context) => runRerank(parsed, context);
  },
};

async function runRerank(args: RerankArguments, context: CommandContext): Promise<ExitCode> {
  const tasks = await readTasks(args.files.map(openInput), args.input).catch((error: unknown) => {
    throw asInvalidFile(error);
  });
  if (tasks.some(({ query }) => query === null) && args.query === null)
    throw new RangeError('These files contain no query: give --query <text>.');
  const options = { ...args, width: process.stdout.columns ?? 100 };
  const writer = new RankingWriter((text) => process.stdout.write(text), options, tasks.length);
  const numDocuments = tasks.reduce((sum, { documents }) => sum + documents.length, 0);
  const progress = new RerankProgress(args.quiet ? null : process.stderr, numDocuments);
  const numUnjudged = await untilInterrupted(async (signal) => {
    const engine = await openEngine(args.engine, context);
    try {
      return await judgeTasks(tasks, args, engine, writer, progress, signal);
    } finally {
      await engine.close();
    }
  });
  return numUnjudged > 0 ? EXIT.incomplete : EXIT.done;
}

type Judging = Pick<RerankArguments, 'query' | 'options' | 'selection'>;

/** Judges and writes tasks one by one. @returns the number of documents without a verdict */
export async function judgeTasks(
  tasks: readonly JudgingTask[],
  { query: ownQuery, options, selection }: Judging,
  engine: RerankEngine,
  writer: RankingWriter,
  progress: RerankProgress,
  signal: AbortSignal,
): Promise<number> {
  const { instruction } = options;
  const { threshold } = selection;
  let numUnjudged = 0;
  try {
    const model = await engine.load({ signal, onProgress: (step) => progress.loading(step) });
    progress.loaded(model);
    for (const { queryId, query, documents } of tasks) {
      const asked = query ?? ownQuery ?? '';
      const judged = (response: RerankResponse<RerankDocument>): JudgedTask => ({
        queryId,
        query: asked,
        instruction,
        threshold,
        modelName: engine.modelName,
        createdAt: new Date().toISOString(),
        numDocuments: documents.length,
        response,
      });
      const record = new TaskRecord(documents, selection, model);
      try {
        const response = await engine.rerank({
          ...options,
          ...selection,
          query: asked,
          documents,
          signal,
          onUpdate: (updates, stats) => {
            record.take(updates, stats);
            progress.judged(record.numJudged);
          },
        });
        numUnjudged += response.unjudged.length;
        writer.add(judged(response));
      } catch (error) {
        progress.end();
        if (record.numJudged > 0) writer.addPart(judged(record.response()));
        throw error;
      }
      progress.endTask(documents.length);
    }
  } finally {
    progress.end();
    writer.end();
  }
  return numUnjudged;
}

/** Standard input for `-`, else a file on disk, whose format is guessed from its name without .gz. */
function openInput(path: string): SourceFile {
  if (path === '-') return sourceFile('standard input', process.stdin);
  return openFile(path, path.replace(/\.gz$/, ''));
}
