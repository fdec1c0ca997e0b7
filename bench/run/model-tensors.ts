/** A converted model's weights under the names and cuts of a Qwen2 or Qwen3 checkpoint: packed QKV becomes q, k and v again. */
import type { ModelSpec } from '../../src/model/model-spec.ts';
import { Q4Weights, sliceRows, type Q4Matrix } from './onnx-weights.ts';

export interface ModelTensors {
  /** by name without `.weight` or `.bias` suffix: model.layers.0.self_attn.q_proj, ... */
  readonly matrices: ReadonlyMap<string, Q4Matrix>;
  /** by full name: model.norm.weight, model.layers.0.self_attn.q_proj.bias, ... */
  readonly vectors: ReadonlyMap<string, Float32Array>;
}

export function readModelTensors(onnxPath: string, spec: ModelSpec): ModelTensors {
  const stored = new Q4Weights(onnxPath);
  const matrices = new Map<string, Q4Matrix>();
  const vectors = new Map<string, Float32Array>();
  matrices.set('model.embed_tokens', stored.matrix('embed_tokens'));
  if (!spec.tieWordEmbeddings) matrices.set('lm_head', stored.matrix('lm_head'));
  vectors.set('model.norm.weight', stored.vector('norm.weight'));
  const queryRows = spec.numHeads * spec.headDim;
  const keyRows = spec.numKeyValueHeads * spec.headDim;
  const cuts = {
    q: [0, queryRows],
    k: [queryRows, queryRows + keyRows],
    v: [queryRows + keyRows, queryRows + 2 * keyRows],
  };
  for (let layer = 0; layer < spec.numLayers; layer++) {
    const from = `layers.${layer}`;
    const to = `model.layers.${layer}`;
    const qkv = stored.matrix(`${from}.qkv_proj`);
    const bias = spec.attentionBias ? stored.vector(`${from}.qkv_proj.bias`) : null;
    for (const [part, [start = 0, end = 0]] of Object.entries(cuts)) {
      matrices.set(`${to}.self_attn.${part}_proj`, sliceRows(qkv, start, end));
      if (bias) vectors.set(`${to}.self_attn.${part}_proj.bias`, bias.subarray(start, end));
    }
    if (spec.queryKeyNorm) {
      for (const part of ['q_norm', 'k_norm'])
        vectors.set(`${to}.self_attn.${part}.weight`, stored.vector(`${from}.self_attn.${part}.weight`));
    }
    matrices.set(`${to}.self_attn.o_proj`, stored.matrix(`${from}.o_proj`));
    for (const part of ['gate_proj', 'up_proj', 'down_proj']) {
      matrices.set(`${to}.mlp.${part}`, stored.matrix(`${from}.${part}`));
    }
    for (const norm of ['input_layernorm', 'post_attention_layernorm']) {
      vectors.set(`${to}.${norm}.weight`, stored.vector(`${from}.${norm}.weight`));
    }
  }
  return { matrices, vectors };
}
