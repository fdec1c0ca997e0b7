/** Cos and sin tables of rotary position embedding, as read by GroupQueryAttention: [rows, headDim / 2]. */
import type { ModelSpec } from '../model/model-spec.ts';
import type { Llama3RopeScaling } from '../model/rope-config.ts';

/** Frequencies in fp32, computed as in transformers: theta^(-2i/H), rescaled for Llama 3.1. [headDim / 2] */
export function inverseFrequencies(
  spec: Pick<ModelSpec, 'headDim' | 'ropeTheta' | 'ropeScaling'>,
): Float32Array<ArrayBuffer> {
  const half = spec.headDim / 2;
  const frequencies = new Float32Array(half);
  for (let i = 0; i < half; i++) {
    const exponent = Math.fround((2 * i) / spec.headDim);
    frequencies[i] = 1 / Math.fround(spec.ropeTheta ** exponent);
  }
  return spec.ropeScaling ? frequencies.map((value) => rescale(value, spec.ropeScaling!)) : frequencies;
}

/** Llama 3.1: low frequencies are divided by `factor`, high ones kept, those between interpolated. */
function rescale(frequency: number, scaling: Llama3RopeScaling): number {
  const wavelength = Math.fround((2 * Math.PI) / frequency);
  const { factor, lowFreqFactor, highFreqFactor, originalMaxPositions } = scaling;
  if (wavelength > originalMaxPositions / lowFreqFactor) return frequency / factor;
  if (wavelength < originalMaxPositions / highFreqFactor) return frequency;
  const smooth = (originalMaxPositions / wavelength - lowFreqFactor) / (highFreqFactor - lowFreqFactor);
  return ((1 - smooth) * frequency) / factor + smooth * frequency;
}

/** @param rows positions 0 to rows - 1 */
export function rotaryTable(
  frequencies: Float32Array,
  rows: number,
  wave: 'cos' | 'sin',
): Float32Array<ArrayBuffer> {
  const half = frequencies.length;
  const table = new Float32Array(rows * half);
  for (let row = 0; row < rows; row++) {
    for (let i = 0; i < half; i++) table[row * half + i] = Math[wave](Math.fround(row * frequencies[i]!));
  }
  return table;
}
