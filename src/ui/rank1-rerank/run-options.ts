/** What the properties of an element ask of the model and of a run: only what was set, so that defaults stay the worker's. */
import type { LoadOptions, RerankOptions } from '../../protocol/rerank-api.ts';
import type { Rank1RerankElement } from './rank1-rerank.ts';

export function loadOptions(element: Rank1RerankElement): LoadOptions {
  const { model, modelFiles, device, dtype, assetsUrl, noWarmUp } = element;
  return {
    model,
    ...(modelFiles && { modelFiles }),
    device,
    ...(dtype && { dtype }),
    ...(assetsUrl && { assetsUrl }),
    ...(noWarmUp && { warmUp: false }),
  };
}

export function runOptions(element: Rank1RerankElement): RerankOptions {
  const { instruction, maxNewTokens, maxSlots, mode, rethink, queryTemplate, preset, longDocuments } =
    element;
  const { samples, temperature, seed, loopGuard } = element;
  return {
    ...(mode !== 'reason' && { mode }),
    ...(rethink && { rethink }),
    ...(samples && { samples }),
    ...(samples && temperature !== undefined && { temperature }),
    ...(samples && seed !== undefined && { seed }),
    ...(loopGuard && { loopGuard }),
    ...(queryTemplate && { queryTemplate }),
    ...(preset && { preset }),
    ...(longDocuments !== 'truncate' && { longDocuments }),
    ...(instruction.trim() && { instruction }),
    ...(maxNewTokens && { maxNewTokens }),
    ...(maxSlots && { maxSlots }),
  };
}
