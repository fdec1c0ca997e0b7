/**
 * `rank1-rerank eval`: judges a collection and writes the results. Progress goes to stderr, metrics to
 * stdout.
 */
import { basename } from 'node:path';
import { DEFAULT_SPLIT } from '../../evaluation/node/load-collection.ts';
import { writeReport } from '../../evaluation/node/run-evaluation.ts';
import { EXIT, type Command, type CommandContext, type ExitCode } from '../command.ts';
import { untilInterrupted } from '../until-interrupted.ts';
import { EVAL_USAGE, parseEvalArguments, type EvalArguments } from './eval-arguments.ts';
import { judgeCollection } from './judge-collection.ts';

export const evalCommand: Command = {
  summary: 'judge a collection, and measure the ranking as trec_eval does',
  usage: EVAL_USAGE,
  prepare: (args) => {
    const parsed = parseEvalArguments(args);
    return (context) => runEval(parsed, context);
  },
};

function runEval(args: EvalArguments, context: CommandContext): Promise<ExitCode> {
  return untilInterrupted(async (signal) => {
    const { collection, model, results } = await judgeCollection(args, context, signal);
    const { measures, notes } = writeReport(args.out, namesOf(args, model.name), collection, results);
    for (const note of notes) console.error(note);
    console.log(JSON.stringify(measures, null, 2));
    const isWhole = results.every(({ ranking }) => ranking.every(({ verdict }) => verdict !== null));
    return isWhole ? EXIT.done : EXIT.incomplete;
  });
}

function namesOf(args: EvalArguments, modelName: string) {
  const taskName = args.task ?? basename(args.data).replace(/\..*$/, '');
  const runTag = `rank1-rerank-${args.options.reasons ?? 'all'}`;
  return { ...args, split: args.split ?? DEFAULT_SPLIT, modelName, taskName, runTag };
}
