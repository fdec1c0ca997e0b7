/** Composition root: creates the engine that a command's options request. */
import type { CommandContext } from '../command.ts';
import type { RequestedEngine } from './engine-options.ts';
import { ExplainedEngine } from './explained-engine.ts';
import { LocalEngine } from './local-engine.ts';
import { modelPlace } from './model-place.ts';
import { NodeWorker } from './node-worker.ts';
import { RemoteEngine } from './remote-engine.ts';
import type { RerankEngine } from './rerank-engine.ts';

/** Starts nothing yet. @throws Rank1Error if the model does not exist */
export async function openEngine(requested: RequestedEngine, context: CommandContext): Promise<RerankEngine> {
  if (requested.remote) return new RemoteEngine(requested.remote);
  const local = async (model: string | null, options: ConstructorParameters<typeof LocalEngine>[1]) =>
    new LocalEngine(await modelPlace(model), options, () => new NodeWorker(context.engineThread));
  const engine = await local(requested.model ?? context.defaultModel, requested);
  if (requested.explainer === undefined) return engine;
  // --dtype is for the scoring model only.
  return new ExplainedEngine(engine, await local(requested.explainer, { ...requested, dtype: undefined }));
}
