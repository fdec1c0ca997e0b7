/** Runs one contender in a worker of its own, so that none blocks the page and each ends with its worker. */
import { expose } from 'comlink';
import type { Contender, LoadRequest, RunRequest } from './types.ts';

let contender: Contender | null = null;

async function create(name: LoadRequest['contender']): Promise<Contender> {
  if (name.startsWith('transformers')) {
    return new (await import('./contenders/transformers.ts')).TransformersContender();
  }
  return new (await import('./contenders/ours.ts')).OursContender();
}

const api = {
  async load(request: LoadRequest) {
    contender = await create(request.contender);
    await contender.load(request);
  },
  run: (request: RunRequest) => contender!.run(request),
  dispose: () => contender!.dispose(),
};
export type ContenderWorkerApi = typeof api;

expose(api);
