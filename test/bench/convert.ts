/**
 * Speed and peak memory of a conversion, on a checkpoint of true size whose bf16 bytes are made up as they are read:
 *
 *     node test/bench/convert.mjs rank1-7b q4f16 [symmetric|asymmetric|search]
 *     node test/bench/convert.mjs rank1-7b q4 symmetric awq      # AutoAWQ's tensors in place of bf16
 *
 * Prints one line of JSON. Output is hashed as the command line tool hashes it, and then dropped, so the disk is not
 * measured; nor is the making of the weights. Memory is the largest resident set the process ever had, above what it was before
 * the conversion.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { QuantizationMethod } from '../../src/convert/block-quantizer.ts';
import type { OutputFolder } from '../../src/convert/byte-io.ts';
import { convertModel } from '../../src/convert/convert-model.ts';
import type { ConvertDtype } from '../../src/convert/convert-options.ts';
import { convertOptions } from '../unit/convert/support/options.ts';
import { SyntheticCheckpoint, type SyntheticKind } from '../unit/convert/support/synthetic-checkpoint.ts';

export interface ConversionFigures {
  readonly model: string;
  readonly dtype: ConvertDtype;
  readonly method: QuantizationMethod;
  readonly inputGB: number;
  readonly outputGB: number;
  readonly seconds: number;
  readonly cpuSeconds: number;
  /** of bf16 input, by the clock and by the processor time of all threads */
  readonly mbPerSecond: number;
  readonly mbPerCpuSecond: number;
  readonly peakExtraMB: number;
}

const nowhere = (): OutputFolder => ({
  create: () => Promise.resolve({ write: () => Promise.resolve(), close: () => Promise.resolve() }),
  commit: () => Promise.resolve(),
  discard: () => Promise.resolve(),
});

/** @param changes to the model's config.json, for example fewer layers */
export async function measureConversion(
  model: string,
  dtype: ConvertDtype,
  method: QuantizationMethod,
  changes: Record<string, unknown> = {},
  kind: SyntheticKind = 'fast',
): Promise<ConversionFigures> {
  const configs = new URL('../fixtures/convert/configs.json', import.meta.url);
  const config = (JSON.parse(readFileSync(configs, 'utf8')) as Record<string, Record<string, unknown>>)[
    model
  ];
  if (!config) throw new RangeError(`no model ${model} in configs.json`);
  const checkpoint = new SyntheticCheckpoint({ ...config, ...changes }, kind);
  const residentBefore = process.memoryUsage.rss();
  const started = performance.now();
  const cpuStarted = process.cpuUsage();
  const manifest = await convertModel(
    checkpoint,
    nowhere(),
    convertOptions({ dtype, method, createHash: nativeHash }),
  );
  const cpu = process.cpuUsage(cpuStarted);
  const makingSeconds = checkpoint.makingMs / 1000;
  const seconds = (performance.now() - started) / 1000 - makingSeconds;
  const cpuSeconds = (cpu.user + cpu.system) / 1e6 - makingSeconds;
  const outputBytes = Object.values(manifest.files).reduce((sum, file) => sum + file.bytes, 0);
  const megabytes = checkpoint.weightBytes / 1e6;
  return {
    model,
    dtype,
    method,
    inputGB: round(megabytes / 1e3),
    outputGB: round(outputBytes / 1e9),
    seconds: round(seconds),
    cpuSeconds: round(cpuSeconds),
    mbPerSecond: Math.round(megabytes / seconds),
    mbPerCpuSecond: Math.round(megabytes / cpuSeconds),
    peakExtraMB: Math.round((process.resourceUsage().maxRSS * 1024 - residentBefore) / 1e6),
  };
}

function nativeHash() {
  const hash = createHash('sha256');
  return { update: (bytes: Uint8Array) => void hash.update(bytes), digestHex: () => hash.digest('hex') };
}

const round = (value: number): number => Math.round(value * 100) / 100;
