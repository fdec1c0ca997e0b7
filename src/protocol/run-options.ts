/**
 * The one table of run options, for argument checks, the command line and its usage text, the element, and the request
 * bodies of `serve`. Flags and attributes are the option's name in kebab case, JSON fields in snake case.
 */
import { Rank1Error } from '../base/errors.ts';
import { QUERY_PLACEHOLDER, QUERY_PRESET_NAMES } from '../base/query-presets.ts';
import type { LoadedModel, Reasons, RerankOptions } from './rerank-api.ts';

export type RunOptionName = keyof RerankOptions;

export interface RunOption {
  /** `count`: a whole number from `least`; `integer`: with its sign */
  readonly kind: 'text' | 'choice' | 'count' | 'integer' | 'number' | 'boolean';
  readonly choices?: readonly string[];
  /** lower bound of a number */
  readonly least?: number;
  /** upper bound of a count */
  readonly most?: number;
  /** The default, if it is a value that can be given; the usage text adds it to `help`. */
  readonly fallback?: string | number | boolean;
  /** for the usage text: a placeholder for the value, then what the option does */
  readonly value?: string;
  readonly help: string;
  /** flag name, if it differs from the option's */
  readonly flag?: string;
  /** false: callers of `serve` cannot set it */
  readonly json?: false;
}

/** Documents to reason about with `reasons: 'top'`. */
export const DEFAULT_TOP = 5;

export const RUN_OPTIONS: Readonly<Record<RunOptionName, RunOption>> = {
  reasons: {
    kind: 'choice',
    choices: ['all', 'top', 'none'],
    fallback: 'all',
    value: 'which',
    help: 'all: think about each document, then answer; none: answer at once; top: answer at once, then think about the best',
  },
  top: {
    kind: 'count',
    least: 1,
    fallback: DEFAULT_TOP,
    value: 'n',
    help: 'documents to think about with reasons top',
  },
  mode: {
    kind: 'choice',
    choices: ['reason', 'instant'],
    value: 'reason|instant',
    help: 'older spelling of reasons: all or none',
  },
  instruction: { kind: 'text', value: 'text', help: 'what else counts, appended to the query' },
  preset: {
    kind: 'choice',
    choices: QUERY_PRESET_NAMES,
    value: 'name',
    help: `another meaning of relevant: ${QUERY_PRESET_NAMES.join(', ')}`,
  },
  queryTemplate: { kind: 'text', value: 'text', help: `a template of your own, with ${QUERY_PLACEHOLDER}` },
  longDocuments: {
    kind: 'choice',
    choices: ['truncate', 'passages'],
    fallback: 'truncate',
    value: 'how',
    help: 'truncate or passages',
  },
  maxNewTokens: {
    kind: 'count',
    least: 1,
    value: 'n',
    help: 'tokens a chain may have before its verdict is asked for (default: what the model says, else 1024; with --endpoint 8192), half the context at most',
  },
  rethink: {
    kind: 'count',
    least: 0,
    fallback: 0,
    value: 'n',
    help: 'continuations of each chain',
  },
  samples: {
    kind: 'count',
    least: 1,
    most: 256,
    value: 'n',
    help: 'chains sampled for each document, whose mean is its score (default: one, greedy)',
  },
  temperature: { kind: 'number', least: 0, fallback: 0.6, value: 't', help: 'of the samples' },
  seed: { kind: 'integer', fallback: 0, value: 'n', help: 'of the samples' },
  loopGuard: { kind: 'boolean', fallback: false, help: 'end a chain that repeats itself without end' },
  maxSlots: {
    kind: 'count',
    least: 1,
    flag: 'slots',
    json: false,
    value: 'n',
    help: 'documents judged together',
  },
};

export const RUN_OPTION_NAMES = Object.keys(RUN_OPTIONS) as readonly RunOptionName[];

export const flagOf = (name: RunOptionName): string => RUN_OPTIONS[name].flag ?? attributeOf(name);

export const attributeOf = (name: RunOptionName): string =>
  name.replace(/[A-Z]/g, (capital) => `-${capital.toLowerCase()}`);

/** Null if a JSON body cannot set it. */
export const jsonNameOf = (name: RunOptionName): string | null =>
  RUN_OPTIONS[name].json === false ? null : attributeOf(name).replaceAll('-', '_');

/**
 * @returns a copy of the options that are set, with known names only; `mode` becomes `reasons`
 * @throws TypeError for a wrong type, RangeError for a wrong value or for options that exclude each other
 */
export function checkRerankOptions(options: RerankOptions = {}): Omit<RerankOptions, 'mode'> {
  const given = options as Readonly<Record<string, unknown>>;
  const set = RUN_OPTION_NAMES.filter((name) => given[name] !== undefined);
  for (const name of set) checkRunOption(name, given[name]);
  const { mode, rethink, samples, temperature, seed, queryTemplate, preset, top } = options;
  const reasons = reasonsOf(options);
  if (mode !== undefined && options.reasons !== undefined)
    throw new RangeError('mode is an older spelling of reasons: give one of them');
  if (top !== undefined && reasons !== 'top')
    throw new RangeError("top is the number of documents to reason about: it needs reasons 'top'");
  if (reasons === 'none' && rethink)
    throw new RangeError('rethink needs reasons: a score alone has no chain to go on with');
  if (reasons === 'none' && samples !== undefined)
    throw new RangeError('samples needs reasons: a score alone has no chain to sample');
  for (const [name, value] of Object.entries({ temperature, seed })) {
    if (value !== undefined && samples === undefined)
      throw new RangeError(`${name} applies only to sampled chains: give samples too`);
  }
  if (queryTemplate !== undefined && !queryTemplate.includes(QUERY_PLACEHOLDER))
    throw new RangeError(`queryTemplate must hold ${QUERY_PLACEHOLDER}, where the query goes`);
  if (queryTemplate !== undefined && preset !== undefined)
    throw new RangeError('give a queryTemplate or a preset, not both');
  const named = set.filter((name) => name !== 'mode').map((name) => [name, given[name]]);
  return { ...(Object.fromEntries(named) as RerankOptions), ...(reasons && { reasons }) };
}

function reasonsOf({ mode, reasons }: RerankOptions): Reasons | undefined {
  return mode === undefined ? reasons : mode === 'instant' ? 'none' : 'all';
}

/**
 * A call's options, and `defaults` where it says nothing. Defaults that the call's options replace or leave no use for
 * are dropped, so that only what the caller gave can be refused.
 * @throws as `checkRerankOptions`
 */
export function withDefaults(options: RerankOptions, defaults: RerankOptions): Omit<RerankOptions, 'mode'> {
  const asked = reasonsOf(options);
  const reasons = asked ?? reasonsOf(defaults);
  const hasTemplate = options.preset !== undefined || options.queryTemplate !== undefined;
  const dropped = [
    ...(asked === undefined ? [] : ['mode', 'reasons']),
    ...(hasTemplate ? ['preset', 'queryTemplate'] : []),
    ...(reasons === 'top' ? [] : ['top']),
  ];
  const kept = Object.entries(reasons === 'none' ? scoreOptions(defaults) : defaults).filter(
    ([name]) => !dropped.includes(name),
  );
  return checkRerankOptions({ ...(Object.fromEntries(kept) as RerankOptions), ...options });
}

/** The options that apply to a score without reasoning. */
export function scoreOptions<Options extends RerankOptions>(
  options: Options,
): Omit<Options, 'rethink' | 'samples' | 'temperature' | 'seed'> {
  const { rethink: _rethink, samples: _samples, temperature: _temperature, seed: _seed, ...rest } = options;
  return rest;
}

/** @throws Rank1Error for options that a model without chains would have to ignore */
export function checkChainOptions(
  { canReason }: Pick<LoadedModel, 'canReason'>,
  { rethink, samples }: RerankOptions,
): void {
  if (canReason || (!rethink && samples === undefined)) return;
  const name = rethink ? 'rethink' : 'samples';
  throw new Rank1Error(
    'option-unsupported',
    `This model gives scores without reasoning, so ${name} has no chain to work on. Leave ${name} out, or take a rank1 model.`,
  );
}

/**
 * Checks one value, without regard to other options.
 * @param shownName the name for the error message, such as a flag
 * @throws TypeError or RangeError
 */
export function checkRunOption(name: RunOptionName, value: unknown, shownName: string = name): void {
  const { kind, choices, least = -Infinity, most = Infinity } = RUN_OPTIONS[name];
  switch (kind) {
    case 'text':
      if (typeof value !== 'string') throw new TypeError(`${shownName} must be a string`);
      return;
    case 'boolean':
      if (typeof value !== 'boolean') throw new TypeError(`${shownName} must be true or false`);
      return;
    case 'choice':
      if (!choices?.includes(value as string))
        throw new RangeError(`${shownName} must be one of ${choices?.join(', ')}`);
      return;
  }
  if (typeof value !== 'number') throw new TypeError(`${shownName} must be a number`);
  if (kind === 'count' && !(Number.isInteger(value) && value >= least && value <= most))
    throw new RangeError(
      `${shownName} must be a whole number ${most < Infinity ? `from ${least} to ${most}` : `of at least ${least}`}`,
    );
  if (kind === 'integer' && !Number.isSafeInteger(value))
    throw new RangeError(`${shownName} must be an integer`);
  if (kind === 'number' && !(value >= least && value < Infinity))
    throw new RangeError(`${shownName} must be a number of at least ${least}`);
}
