/**
 * Maps an element's properties to documents, load and run options: only those set, so that the worker's defaults apply.
 */
import { toDocument, type DocumentInput } from '../../client/check-arguments.ts';
import type {
  ArithmeticPreference,
  LoadOptions,
  RerankDocument,
  RerankOptions,
} from '../../protocol/rerank-api.ts';
import { RUN_OPTION_NAMES, RUN_OPTIONS, type RunOptionName } from '../../protocol/run-options.ts';

/** As the element's property has it, where the manifest shows a literal alone. */
const DEFAULT_MODEL = 'models/rank1-rerank-model/';

/** Attributes cannot be undefined: '' stands for it. Frameworks set a property to null or undefined. */
interface LoadProperties extends Pick<LoadOptions, 'model' | 'device'> {
  readonly arithmetic: ArithmeticPreference;
  readonly modelFiles: LoadOptions['modelFiles'] | undefined;
  readonly dtype: string;
  readonly workerUrl: string;
  readonly assetsUrl: string;
  readonly noWarmUp: boolean;
}

export function documentsOf(inputs: readonly DocumentInput[] | null | undefined): RerankDocument[] {
  return (inputs ?? []).map(toDocument);
}

export function loadOptions(element: LoadProperties): LoadOptions {
  const { model, modelFiles, device, dtype, arithmetic, workerUrl, assetsUrl, noWarmUp } = element;
  return {
    model: model || DEFAULT_MODEL,
    ...(modelFiles && { modelFiles }),
    device: device || 'auto',
    ...(dtype && { dtype }),
    ...(arithmetic && arithmetic !== 'auto' && { arithmetic }),
    ...(workerUrl && { workerUrl }),
    ...(assetsUrl && { assetsUrl }),
    ...(noWarmUp && { warmUp: false }),
  };
}

export function runOptions(element: Readonly<Record<RunOptionName, unknown>>): RerankOptions {
  const set = RUN_OPTION_NAMES.filter((name) => isSet(name, element[name]));
  const used = set.filter((name) =>
    name === 'temperature' || name === 'seed' ? element.samples : name !== 'top' || element.reasons === 'top',
  );
  return Object.fromEntries(used.map((name) => [name, element[name]])) as RerankOptions;
}

/** Attributes cannot be undefined: empty strings and zero counts stand for it, and null once they are removed. */
function isSet(name: RunOptionName, value: unknown): boolean {
  const { kind, fallback } = RUN_OPTIONS[name];
  if ((value ?? fallback) === fallback || (kind === 'count' && !value)) return false;
  return typeof value !== 'string' || value.trim() !== '';
}
