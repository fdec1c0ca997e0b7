/** Options shared by `rerank`, `serve`, `eval` and `doctor`: which model runs where, and how it judges. */
import { readFileSync } from 'node:fs';
import type { ParseArgsConfig } from 'node:util';
import { errorMessage, Rank1Error } from '../../base/errors.ts';
import type { ArithmeticPreference, DevicePreference, RerankOptions } from '../../protocol/rerank-api.ts';
import {
  checkRerankOptions,
  checkRunOption,
  flagOf,
  RUN_OPTION_NAMES,
  RUN_OPTIONS,
  type RunOptionName,
} from '../../protocol/run-options.ts';
import { findQueryTemplate, parseQueryTemplates } from '../../rank1/query-template-file.ts';
import { checkRemoteOptions, type RemoteOptions } from '../../remote/remote-options.ts';

/** Column at which flag descriptions start in usage texts, and their line width. */
const HELP_COLUMN = 27;
const HELP_WIDTH = 92;

/** In the environment, as other users can read the command line. */
const API_KEY = 'RANK1_API_KEY';

export interface EngineOptions {
  /** folder or URL */
  readonly model: string;
  readonly device: DevicePreference;
  readonly dtype?: string | undefined;
  readonly arithmetic?: ArithmeticPreference | undefined;
}

const text = { type: 'string' } as const;

export const ENGINE_FLAGS = {
  model: text,
  device: text,
  dtype: text,
  arithmetic: text,
  explainer: text,
  endpoint: text,
  'remote-model': text,
  'allow-insecure-key': { type: 'boolean' },
} satisfies ParseArgsConfig['options'];

export const ENGINE_USAGE = `  --model <folder|url>     model folder (default: RANK1_MODEL, or the package rank1-rerank-model)
  --device <name>          auto (default), webgpu (needs the package webgpu), cpu (native code; needs the package
                           onnxruntime-node) or wasm (needs nothing); auto takes the first that is available
  --dtype <name>           weights (default: what suits the device)
  --arithmetic <name>      auto (default), exact (the stored numbers) or fast (8-bit integers on a CPU); auto is fast
                           on WASM if the model was measured to rank as well with it
  --explainer <folder|url> a second model, which gives the reasons: --model scores every document, then this one judges
                           the best (--reasons top) or all of them with reasoning
  --endpoint <url>         judge on a server with OpenAI's completions API, such as vLLM, instead: its URL up to /v1.
                           Queries and documents are sent there; its key is taken from ${API_KEY}
  --remote-model <name>    the model on that server (default: the only one it has)
  --allow-insecure-key     send the key even over plain http to another machine, where others can read it on the way`;

type Kebab<Name extends string> = Name extends `${infer First}${infer Rest}`
  ? `${First extends Lowercase<First> ? First : `-${Lowercase<First>}`}${Kebab<Rest>}`
  : Name;

/** One flag per run option. */
type RunFlags = {
  readonly [Name in RunOptionName as Name extends 'maxSlots' ? 'slots' : Kebab<Name>]: {
    readonly type: NonNullable<RerankOptions[Name]> extends boolean ? 'boolean' : 'string';
  };
};

const RUN_FLAGS = Object.fromEntries(
  RUN_OPTION_NAMES.map((name) => [
    flagOf(name),
    { type: RUN_OPTIONS[name].kind === 'boolean' ? 'boolean' : 'string' },
  ]),
) as RunFlags;

export const JUDGING_FLAGS = {
  ...RUN_FLAGS,
  templates: text,
  task: text,
} satisfies ParseArgsConfig['options'];

const TEMPLATES_USAGE = `  --templates <file>       JSON of task name to template, and
  --task <name>            the one to use: of that name, or else of the name without its last _part`;

export const JUDGING_USAGE = RUN_OPTION_NAMES.flatMap((name) =>
  name === 'queryTemplate' ? [usageOf(name), TEMPLATES_USAGE] : [usageOf(name)],
).join('\n');

/** A flag and its description, wrapped for a terminal. */
function usageOf(name: RunOptionName): string {
  const { value, help, fallback } = RUN_OPTIONS[name];
  const flag = `  --${flagOf(name)}${value === undefined ? '' : ` <${value}>`}`;
  const lines = [''];
  const text = value === undefined || fallback === undefined ? help : `${help} (default ${fallback})`;
  for (const word of text.split(' ')) {
    const line = lines.at(-1) ?? '';
    if (line.length + word.length < HELP_WIDTH)
      lines[lines.length - 1] = line === '' ? word : `${line} ${word}`;
    else lines.push(word);
  }
  return flag.padEnd(HELP_COLUMN) + lines.join('\n'.padEnd(HELP_COLUMN + 1));
}

type Values<Flags> = {
  readonly [Name in keyof Flags]?:
    (Flags[Name] extends { readonly type: 'boolean' } ? boolean : string) | undefined;
};

/** The engine requested on the command line. */
export interface RequestedEngine extends Omit<EngineOptions, 'model'> {
  /** undefined: the default model */
  readonly model: string | undefined;
  /** folder or URL of a separate model that gives the reasons; undefined: the same model */
  readonly explainer: string | undefined;
  /** the server that judges; undefined: this machine */
  readonly remote: RemoteOptions | undefined;
}

type EngineValues = Values<typeof ENGINE_FLAGS> &
  Pick<Values<typeof JUDGING_FLAGS>, 'slots' | 'long-documents'>;

/** @throws TypeError or RangeError */
export function engineOptions(values: EngineValues): RequestedEngine {
  const devices = ['auto', 'webgpu', 'cpu', 'wasm'] as const;
  const device = devices.find((known) => known === (values.device ?? 'auto'));
  if (!device) throw new RangeError(`--device must be one of ${devices.join(', ')}.`);
  const arithmetics = ['auto', 'exact', 'fast'] as const;
  const arithmetic = arithmetics.find((known) => known === values.arithmetic);
  if (values.arithmetic !== undefined && !arithmetic)
    throw new RangeError(`--arithmetic must be one of ${arithmetics.join(', ')}.`);
  const { model, dtype, explainer, endpoint } = values;
  if (endpoint === undefined && (values['remote-model'] ?? values['allow-insecure-key']) !== undefined)
    throw new TypeError(
      '--remote-model and --allow-insecure-key are only for a server: give --endpoint too.',
    );
  const local = [model, dtype, values.device, arithmetic, explainer].some((value) => value !== undefined);
  if (endpoint !== undefined && local)
    throw new TypeError(
      '--endpoint judges elsewhere: leave --model, --device, --dtype, --arithmetic and --explainer out.',
    );
  if (endpoint !== undefined && values['long-documents'] === 'passages')
    throw new RangeError(
      '--endpoint cuts documents that do not fit: leave --long-documents passages out, or split them yourself.',
    );
  const remote = endpoint === undefined ? undefined : remoteOptions(endpoint, values);
  return { model, device, dtype, arithmetic, explainer, remote };
}

/** With the key of the environment. @throws TypeError or RangeError */
function remoteOptions(endpoint: string, values: EngineValues): RemoteOptions {
  const { 'remote-model': remoteModel, 'allow-insecure-key': allowInsecureKey, slots } = values;
  const apiKey = process.env[API_KEY] || undefined; // empty, as CI sets a secret that is not there
  const options: RemoteOptions = {
    endpoint,
    ...(remoteModel !== undefined && { remoteModel }),
    ...(apiKey !== undefined && { apiKey }),
    ...(allowInsecureKey !== undefined && { allowInsecureKey }),
    ...(slots !== undefined && { maxInFlight: wholeNumber('--slots', slots, 1) }),
  };
  checkRemoteOptions(options, {
    endpoint: '--endpoint',
    apiKey: API_KEY,
    allowInsecureKey: '--allow-insecure-key',
  });
  return options;
}

/** @throws TypeError or RangeError */
export function judgingOptions(values: Values<typeof JUDGING_FLAGS>): RerankOptions {
  if (values['query-template'] !== undefined && (values.templates ?? values.task) !== undefined)
    throw new RangeError('Give --templates with --task, or --query-template, not both.');
  const given = RUN_OPTION_NAMES.flatMap((name) => {
    const value = values[flagOf(name) as keyof RunFlags];
    if (value === undefined) return [];
    const parsed = parseValue(name, value);
    checkRunOption(name, parsed, `--${flagOf(name)}`);
    return [[name, parsed] as const];
  });
  const queryTemplate = templateOf(values);
  return checkRerankOptions({
    ...(Object.fromEntries(given) as RerankOptions),
    ...(queryTemplate !== undefined && { queryTemplate }),
  });
}

/** NaN for an invalid number, which the option's check then rejects. */
function parseValue(name: RunOptionName, value: string | boolean): unknown {
  const { kind } = RUN_OPTIONS[name];
  if (kind === 'number') return value === '' ? NaN : Number(value);
  if (kind === 'count' || kind === 'integer') return /^-?\d{1,12}$/.test(String(value)) ? Number(value) : NaN;
  return value;
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
