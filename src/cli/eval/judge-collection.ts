/** Judges a collection with the requested engine and stores the results in the run's folder. */
import { counted } from '../../base/counted.ts';
import type { QueryResult } from '../../evaluation/index.ts';
import { loadCollection } from '../../evaluation/node/load-collection.ts';
import { runEvaluation } from '../../evaluation/node/run-evaluation.ts';
import { leftOutNotes, type LoadedCollection } from '../../evaluation/runner/loaded-collection.ts';
import type { CommandContext } from '../command.ts';
import { loadJudgingModel, type JudgingModel } from '../engine/judging-model.ts';
import { openEngine } from '../engine/open-engine.ts';
import { asInvalidFile } from '../unreadable-file.ts';
import { engineJudge } from './engine-judge.ts';
import type { EvalArguments } from './eval-arguments.ts';
import { settingsOf } from './run-settings.ts';

export interface JudgedCollection {
  readonly collection: LoadedCollection;
  readonly model: JudgingModel;
  readonly results: readonly QueryResult[];
}

/** @throws Rank1Error invalid-file */
export function readCollection(args: EvalArguments): Promise<LoadedCollection> {
  return loadCollection(args).catch((error: unknown) => {
    throw asInvalidFile(error);
  });
}

/**
 * Progress goes to stderr.
 * @param check throws for a model that must not judge, before anything is judged or stored
 * @throws Rank1Error; the signal's reason
 */
export async function judgeCollection(
  args: EvalArguments,
  context: CommandContext,
  signal: AbortSignal,
  check: (model: JudgingModel) => void = () => undefined,
): Promise<JudgedCollection> {
  const collection = await readCollection(args);
  const { queries, leftOut } = collection;
  for (const note of leftOutNotes(leftOut)) console.error(note);
  const numDocuments = queries.flatMap(({ toJudge }) => toJudge).length;
  console.error(`${numQueries(queries.length)}, ${counted(numDocuments, 'document')}`);
  const engine = await openEngine(args.engine, context);
  try {
    const model = await loadJudgingModel(engine, args.engine, context.defaultModel, signal);
    check(model);
    const results = await runEvaluation(
      queries,
      engineJudge(engine, args.options, signal),
      { out: args.out, settings: await settingsOf(args, model), relevanceLevel: args.relevanceLevel },
      (done, all) => console.error(`${done} of ${numQueries(all)}`),
    );
    return { collection, model, results };
  } finally {
    await engine.close();
  }
}

const numQueries = (count: number): string => counted(count, 'query', 'queries');
