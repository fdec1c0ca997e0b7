/** Matrices of linear layers: float, or AutoAWQ's packed 4-bit codes. */
import { Rank1Error } from '../base/errors.ts';
import type { ModelSpec } from '../model/model-spec.ts';
import { openAwqMatrix } from './awq.ts';
import type { Checkpoint } from './checkpoint.ts';
import { joinVectors, openMatrix, stackRows, type Matrix } from './matrix.ts';
import { stackPacked, type PackedMatrix } from './packed-matrix.ts';

export type LinearWeight = Matrix | PackedMatrix;

export function isPacked(weight: LinearWeight): weight is PackedMatrix {
  return 'readPacked' in weight;
}

/**
 * `<prefix>.weight`, or `<prefix>.qweight` with its companions, as [rows, cols] = [outputs, inputs].
 * @throws Rank1Error `model-corrupt` or `model-unsupported`
 */
export function openLinear(checkpoint: Checkpoint, prefix: string, rows: number, cols: number): LinearWeight {
  return checkpoint.has(`${prefix}.qweight`)
    ? openAwqMatrix(checkpoint, prefix, rows, cols)
    : openMatrix(checkpoint, `${prefix}.weight`, rows, cols);
}

/**
 * q, k and v as one product with (N + 2 KV) * H outputs, with bias if the model has one.
 * @throws Rank1Error `model-corrupt` or `model-unsupported`
 */
export function packQkv(
  checkpoint: Checkpoint,
  spec: ModelSpec,
  layer: number,
): { weight: LinearWeight; bias: Matrix | null } {
  const prefix = `model.layers.${layer}.self_attn`;
  const parts = [
    { name: `${prefix}.q_proj`, rows: spec.numHeads * spec.headDim },
    { name: `${prefix}.k_proj`, rows: spec.numKeyValueHeads * spec.headDim },
    { name: `${prefix}.v_proj`, rows: spec.numKeyValueHeads * spec.headDim },
  ];
  const weights = parts.map((part) => openLinear(checkpoint, part.name, part.rows, spec.hiddenSize));
  const biases = parts.map((part) =>
    spec.attentionBias ? openMatrix(checkpoint, `${part.name}.bias`, 1, part.rows) : null,
  );
  return {
    weight: stackLinear(`${prefix}.qkv_proj`, weights),
    bias: spec.attentionBias
      ? joinVectors(
          `${prefix}.qkv_proj.bias`,
          biases.filter((bias) => bias !== null),
        )
      : null,
  };
}

/** @throws Rank1Error `model-unsupported` if only some are packed */
function stackLinear(name: string, weights: readonly LinearWeight[]): LinearWeight {
  const packed = weights.filter(isPacked);
  if (packed.length === weights.length) return stackPacked(name, packed);
  const floats = weights.filter((weight): weight is Matrix => !isPacked(weight));
  if (packed.length === 0) return stackRows(name, floats);
  throw new Rank1Error(
    'model-unsupported',
    `${packed[0]!.name} is AWQ int4 and ${floats[0]!.name} is not; the two are one product here and cannot be mixed. Choose another checkpoint.`,
  );
}
