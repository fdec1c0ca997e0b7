/** Composition: the engine that a command's options ask for. */
import type { CommandContext } from '../command.ts';
import { BrowserEngine } from './browser-engine.ts';
import type { EngineOptions, EngineWish } from './engine-options.ts';
import { modelPlace } from './model-place.ts';
import { RemoteEngine } from './remote-engine.ts';
import type { RerankEngine } from './rerank-engine.ts';

/** Nothing is started yet but what building it takes. @throws Rank1Error when the model is not there */
export async function openEngine(wish: EngineWish, context: CommandContext): Promise<RerankEngine> {
  if (wish.remote) return new RemoteEngine(wish.remote, process.env['RANK1_API_KEY']);
  const options: EngineOptions = { ...wish, model: wish.model ?? context.defaultModel };
  await modelPlace(options.model);
  const scripts = await context.loadPageScripts();
  return new BrowserEngine({ options, ortFolder: context.ortFolder, scripts });
}
