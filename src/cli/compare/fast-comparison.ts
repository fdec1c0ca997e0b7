/** Judges collections in exact and in fast arithmetic, prints what differs, and can write it into the model's manifest. */
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import { Rank1Error } from '../../base/errors.ts';
import { writeWhole } from '../../evaluation/node/write-whole.ts';
import type { FastMeasured } from '../../model/fast-measured.ts';
import { MANIFEST_FILE } from '../../model/manifest.ts';
import type { Arithmetic } from '../../protocol/rerank-api.ts';
import type { CommandContext } from '../command.ts';
import { modelPlace } from '../engine/model-place.ts';
import { EVAL_FLAGS, parseEvalArguments, type EvalArguments } from '../eval/eval-arguments.ts';
import { judgeCollection, readCollection } from '../eval/judge-collection.ts';
import { describeFast, measureFast, type JudgedSet } from './fast-differences.ts';

export const FAST_USAGE = `rank1-rerank compare --data <file> --out <folder> [options of eval]

  Compares exact and fast arithmetic (8-bit integers) of one model on judged lists: nDCG@10, and how many verdicts and
  chains differ. Takes the options of eval, such as --model, --depth, --limit, --reasons. An interrupted run resumes.

  --data <file>            as for eval; may be repeated
  --out <folder>           results of both, by collection
  --write                  write the result into the model's ${MANIFEST_FILE}: arithmetic "auto" is then fast on WASM,
                           unless a collection lost more than 0.005

  Exit codes: those of eval, without 4.
`;

/** Fast first: where it cannot be had, nothing is judged in vain, nor stored. */
const ARITHMETICS = ['fast', 'exact'] as const;

export interface FastArguments {
  readonly write: boolean;
  /** all with the same model and dtype */
  readonly sets: readonly {
    readonly name: string;
    readonly runs: Readonly<Record<Arithmetic, EvalArguments>>;
  }[];
}

/** `compare` has two forms; only this one takes judged lists. */
export function isFastComparison(args: readonly string[]): boolean {
  return args.some((arg) => /^--data(=|$)/.test(arg));
}

/** @throws TypeError or RangeError naming the invalid argument, or Rank1Error of a template file */
export function parseFastArguments(args: readonly string[]): FastArguments {
  const { values, tokens } = parseArgs({
    args: [...args],
    tokens: true,
    options: { ...EVAL_FLAGS, data: { type: 'string', multiple: true }, write: { type: 'boolean' } },
  });
  const { data = [], out, write = false, arithmetic, endpoint } = values;
  if (out === undefined) throw new TypeError('compare --data needs --out <folder>.');
  if ((arithmetic ?? endpoint) !== undefined)
    throw new TypeError(
      'compare --data judges on this machine, in both arithmetics: leave --arithmetic and --endpoint out.',
    );
  const names = data.map((file) => basename(file).replace(/\..*$/, ''));
  if (new Set(names).size < names.length)
    throw new TypeError('Two files of --data have the same name. Rename one.');
  const others = tokens.flatMap((token) => {
    if (token.kind !== 'option' || ['data', 'out', 'write'].includes(token.name)) return [];
    return token.value === undefined ? [token.rawName] : [`${token.rawName}=${token.value}`];
  });
  const sets = data.map((file, nth) => {
    const name = names[nth]!;
    const run = (chosen: Arithmetic) =>
      parseEvalArguments([
        ...others,
        `--data=${file}`,
        `--out=${join(out, `${name}-${chosen}`)}`,
        `--arithmetic=${chosen}`,
      ]);
    return { name, runs: { exact: run('exact'), fast: run('fast') } };
  });
  return { write, sets };
}

/** @throws Rank1Error; the signal's reason */
export async function runFastComparison(
  { write, sets }: FastArguments,
  context: CommandContext,
  signal: AbortSignal,
): Promise<void> {
  const place = await modelPlace(sets[0]?.runs.exact.engine.model ?? context.defaultModel);
  if (write && place.folder === null)
    throw new TypeError('--write needs a model folder on this machine, not a URL.');
  for (const { runs } of sets) await checkMeasurable(runs.exact);
  const judged: JudgedSet[] = [];
  let dtype = '';
  for (const { name, runs } of sets) {
    const results: Partial<Record<Arithmetic, JudgedSet['exact']>> = {};
    for (const arithmetic of ARITHMETICS) {
      console.error(`${name}, ${arithmetic}:`);
      const run = await judgeCollection(runs[arithmetic], context, signal, (model) => {
        if (model.arithmetic !== arithmetic) throw notComputed(arithmetic);
      });
      results[arithmetic] = run.results;
      dtype = run.model.dtype;
    }
    judged.push({ name, exact: results.exact!, fast: results.fast! });
  }
  const measured = measureFast(judged);
  console.log(describeFast(measured));
  if (write) writeMeasured(join(place.folder!, MANIFEST_FILE), dtype, measured);
}

/** Where nDCG is 0 in either arithmetic, nothing can be lost: that must not pass for a measurement. */
async function checkMeasurable(args: EvalArguments): Promise<void> {
  const { queries } = await readCollection(args);
  if (queries.some(({ toJudge }) => toJudge.some(({ grade }) => (grade ?? 0) > 0))) return;
  throw new Rank1Error(
    'invalid-file',
    `${basename(args.data)}: no document to judge is known to be relevant, so there is no nDCG to compare. Give a set with judgements; those of rank_llm requests are given by --qrels.`,
  );
}

function writeMeasured(file: string, dtype: string, measured: FastMeasured): void {
  const manifest = JSON.parse(readFileSync(file, 'utf8')) as { models: Record<string, object> };
  manifest.models[dtype] = { ...manifest.models[dtype], fastMeasured: measured };
  writeWhole(file, `${JSON.stringify(manifest, null, 2)}\n`);
}

function notComputed(arithmetic: Arithmetic): Rank1Error {
  return new Rank1Error(
    'model-unsupported',
    `The model cannot use ${arithmetic} arithmetic here. Fast arithmetic needs a CPU (--device cpu or wasm), q4 or q8 weights, and enough memory to expand them.`,
  );
}
