/** The options that `rerank`, `serve`, `eval` and `doctor` share: which model runs where, and how it judges. */
import { readFileSync } from 'node:fs';
import type { ParseArgsConfig } from 'node:util';
import { checkRerankOptions } from '../../client/check-arguments.ts';
import { errorMessage, Rank1Error } from '../../base/errors.ts';
import { findQueryTemplate, parseQueryTemplates } from '../../rank1/query-template-file.ts';
import type {
  DevicePreference,
  LongDocuments,
  RerankMode,
  RerankOptions,
} from '../../protocol/rerank-api.ts';
import { QUERY_PLACEHOLDER, QUERY_PRESET_NAMES, type QueryPreset } from '../../base/query-presets.ts';

export interface EngineOptions {
  /** folder or address */
  readonly model: string;
  readonly device: DevicePreference;
  readonly dtype?: string | undefined;
}

/** A server that judges instead of this machine. */
export interface EndpointOptions {
  readonly endpoint: string;
  readonly remoteModel?: string | undefined;
  readonly allowInsecureKey?: boolean | undefined;
}

const text = { type: 'string' } as const;

export const ENGINE_FLAGS = {
  model: text,
  device: text,
  dtype: text,
  endpoint: text,
  'remote-model': text,
  'allow-insecure-key': { type: 'boolean' },
} satisfies ParseArgsConfig['options'];

export const ENGINE_USAGE = `  --model <folder|url>     model folder (default: the small demo model that comes along)
  --device <name>          auto (default), webgpu (needs the package webgpu), cpu (native code; needs the package
                           onnxruntime-node) or wasm (needs nothing); auto takes the first of them that is there
  --dtype <name>           weights (default: what suits the device)
  --endpoint <url>         a server with OpenAI's completions, as vLLM is one, up to /v1: it judges, and queries and
                           documents are sent there; its key is taken from RANK1_API_KEY
  --remote-model <name>    the model on that server (default: the only one it has)
  --allow-insecure-key     send the key with plain http to another machine too: anyone on the way can read it`;

export const JUDGING_FLAGS = {
  mode: text,
  instruction: text,
  preset: text,
  'query-template': text,
  templates: text,
  task: text,
  'long-documents': text,
  'max-new-tokens': text,
  rethink: text,
  samples: text,
  temperature: text,
  seed: text,
  'loop-guard': { type: 'boolean' },
  slots: text,
} satisfies ParseArgsConfig['options'];

export const JUDGING_USAGE = `  --mode <reason|instant>  think first, or answer at once (default reason)
  --instruction <text>     what else counts, appended to the query
  --preset <name>          another meaning of relevant:
                           ${QUERY_PRESET_NAMES.join(', ')}
  --query-template <text>  a template of your own, with ${QUERY_PLACEHOLDER}
  --templates <file>       JSON of task name to template, and
  --task <name>            the one to take: that of the name, else that of the name without its last _part
  --long-documents <how>   truncate or passages (default truncate)
  --max-new-tokens <n>     tokens a chain may have before its verdict is asked for (default: what the model says, else
                           1024; with --endpoint 8192), half the context at most
  --rethink <n>            continuations of each chain (default 0)
  --samples <n>            chains sampled for each document, whose mean is its score (default: one, greedy)
  --temperature <t>        of the samples (default 0.6)
  --seed <n>               of the samples (default 0)
  --loop-guard             end a chain that repeats itself without end
  --slots <n>              documents judged together`;

type Values<Flags> = {
  readonly [Name in keyof Flags]?:
    (Flags[Name] extends { readonly type: 'boolean' } ? boolean : string) | undefined;
};

/** What a command line asks for. */
export interface EngineWish extends Omit<EngineOptions, 'model'> {
  /** the default model when undefined */
  readonly model: string | undefined;
  /** undefined: this machine */
  readonly remote: EndpointOptions | undefined;
}

/** @throws TypeError or RangeError */
export function engineOptions(values: Values<typeof ENGINE_FLAGS>): EngineWish {
  const devices = ['auto', 'webgpu', 'cpu', 'wasm'] as const;
  const device = devices.find((known) => known === (values.device ?? 'auto'));
  if (!device) throw new RangeError(`--device must be one of ${devices.join(', ')}.`);
  const { model, dtype, endpoint, 'remote-model': remoteModel } = values;
  const allowInsecureKey = values['allow-insecure-key'];
  if (endpoint === undefined && (remoteModel ?? allowInsecureKey) !== undefined)
    throw new TypeError('--remote-model and --allow-insecure-key are of a server: give --endpoint too.');
  const local = [model, dtype, values.device].some((value) => value !== undefined);
  if (endpoint !== undefined && local)
    throw new TypeError('--endpoint judges elsewhere: leave --model, --device and --dtype out.');
  const remote = endpoint === undefined ? undefined : { endpoint, remoteModel, allowInsecureKey };
  return { model, device, dtype, remote };
}

/** @throws TypeError or RangeError */
export function judgingOptions(values: Values<typeof JUDGING_FLAGS>): RerankOptions {
  const count = (
    name: 'max-new-tokens' | 'rethink' | 'slots' | 'samples' | 'seed',
    least: number,
  ): number | undefined => {
    const value = values[name];
    return value === undefined ? undefined : wholeNumber(`--${name}`, value, least);
  };
  if (values['query-template'] !== undefined && (values.templates ?? values.task) !== undefined)
    throw new RangeError('Give --templates with --task, or --query-template, not both.');
  const wanted = {
    mode: values.mode as RerankMode | undefined,
    instruction: values.instruction,
    preset: values.preset as QueryPreset | undefined,
    queryTemplate: values['query-template'] ?? templateOf(values),
    longDocuments: values['long-documents'] as LongDocuments | undefined,
    maxNewTokens: count('max-new-tokens', 1),
    rethink: count('rethink', 0),
    samples: count('samples', 1),
    temperature: values.temperature === undefined ? undefined : Number(values.temperature),
    seed: count('seed', 0),
    loopGuard: values['loop-guard'],
    maxSlots: count('slots', 1),
  };
  const given = Object.entries(wanted).filter(([, value]) => value !== undefined);
  return checkRerankOptions(Object.fromEntries(given) as RerankOptions);
}

/** @throws TypeError, RangeError, or Rank1Error `invalid-file` */
function templateOf(values: Values<typeof JUDGING_FLAGS>): string | undefined {
  const { templates: file, task } = values;
  if (file === undefined && task === undefined) return undefined;
  if (file === undefined || task === undefined)
    throw new TypeError('--templates and --task belong together: a file, and the name in it.');
  return findQueryTemplate(parseQueryTemplates(readText(file), file), task);
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new Rank1Error(
      'invalid-file',
      `${file} could not be read: ${errorMessage(error)}. Check its name.`,
    );
  }
}

/** @throws RangeError */
export function wholeNumber(flag: string, value: string, least: number, most = 1e9): number {
  const number = /^\d{1,12}$/.test(value) ? Number(value) : NaN;
  if (number >= least && number <= most) return number;
  throw new RangeError(`${flag} must be a whole number from ${least} to ${most}, not ${value}.`);
}
