/**
 * `rank1-rerank eval`: judges a collection and writes the results. Progress goes to stderr, metrics to
 * stdout.
 */
import { basename } from 'node:path';
import { loadCollection } from '../../evaluation/node/load-collection.ts';
import { runEvaluation, writeReport } from '../../evaluation/node/run-evaluation.ts';
import { leftOutNotes } from '../../evaluation/runner/loaded-collection.ts';
import { EXIT, type Command, type CommandContext, type ExitCode } from '../command.ts';
import { counted } from '../../base/counted.ts';
import { openEngine } from '../engine/open-engine.ts';
import { asInvalidFile } from '../unreadable-file.ts';
import { untilInterrupted } from '../until-interrupted.ts';
import { engineJudge, loadJudgingModel } from './engine-judge.ts';
import { EVAL_USAGE, parseEvalArguments, type EvalArguments } from './eval-arguments.ts';
import { settingsOf } from './run-settings.ts';

export const evalCommand: Command = {
  summary: 'judge a collection, and measure the ranking as trec_eval does',
  usage: EVAL_USAGE,
  prepare: (args) => {
    const parsed = parseEvalArguments(args);
    return (context) => runEval(parsed, context);
  },
};

async function runEval(args: EvalArguments, context: CommandContext): Promise<ExitCode> {
  const collection = await loadCollection(args).catch((error: unknown) => {
    throw asInvalidFile(error);
  });
  const { queries, leftOut } = collection;
  for (const note of leftOutNotes(leftOut)) console.error(note);
  const numDocuments = queries.flatMap(({ toJudge }) => toJudge).length;
  console.error(`${numQueries(queries.length)}, ${counted(numDocuments, 'document')}`);
  return untilInterrupted(async (signal) => {
    const engine = await openEngine(args.engine, context);
    try {
      const place = args.engine.remote ? null : (args.engine.model ?? context.defaultModel);
      const model = await loadJudgingModel(engine, place, args.engine.explainer, signal);
      const settings = await settingsOf(args, model);
      const results = await runEvaluation(
        queries,
        engineJudge(engine, args.options, signal),
        { out: args.out, settings, relevanceLevel: args.relevanceLevel },
        (done, all) => console.error(`${done} of ${numQueries(all)}`),
      );
      const { measures, notes } = writeReport(args.out, namesOf(args, model.name), collection, results);
      for (const note of notes) console.error(note);
      console.log(JSON.stringify(measures, null, 2));
      const isWhole = results.every(({ ranking }) => ranking.every(({ verdict }) => verdict !== null));
      return isWhole ? EXIT.done : EXIT.incomplete;
    } finally {
      await engine.close();
    }
  });
}

const numQueries = (count: number): string => counted(count, 'query', 'queries');

function namesOf(args: EvalArguments, modelName: string) {
  const taskName = args.task ?? basename(args.data).replace(/\..*$/, '');
  return { ...args, modelName, taskName, runTag: `rank1-rerank-${args.options.reasons ?? 'all'}` };
}
