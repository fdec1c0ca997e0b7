/** Shared checks of all comparisons with transformers in float32. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { expect } from 'vitest';
import type { Verdict } from '../../src/protocol/rerank-api.ts';

/** A fixture of other weights would compare nothing. */
export function expectDemoWeights(sha256: string): void {
  expectWeights('test/fixtures/demo-model', sha256);
}

/** @param folder of a model, in this repository */
export function expectWeights(folder: string, sha256: string): void {
  const weights = new URL(`../../${folder}/onnx/model_q4.onnx_data`, import.meta.url);
  expect(createHash('sha256').update(readFileSync(weights)).digest('hex')).toBe(sha256);
}

export interface OracleVerdict {
  readonly label: 'true' | 'false';
  readonly score: number;
  readonly logitDifference: number;
}

export function expectVerdict(
  verdict: Verdict | null,
  oracle: OracleVerdict & { readonly forced: boolean },
): void {
  const { label, forced } = oracle;
  expect({ label: verdict?.label, forced: verdict?.forced }).toEqual({ label, forced });
  expect(Math.abs((verdict?.score ?? NaN) - oracle.score)).toBeLessThan(1e-4);
  expect(Math.abs((verdict?.logitDifference ?? NaN) - oracle.logitDifference)).toBeLessThan(1e-3);
}
