/** Names and shapes of a checkpoint's tensors, from its config.json alone, as transformers saves them. */
export const ELEMENT_SIZE = { exact: 4, fast: 2 } as const;

export interface TensorShape {
  readonly name: string;
  readonly shape: readonly number[];
}

export function tensorShapes(config: Readonly<Record<string, unknown>>): TensorShape[] {
  const number = (key: string): number => config[key] as number;
  const d = number('hidden_size');
  const headDim = (config['head_dim'] as number | undefined) ?? d / number('num_attention_heads');
  const sizes = {
    d,
    f: number('intermediate_size'),
    q: number('num_attention_heads') * headDim,
    kv: number('num_key_value_heads') * headDim,
    headDim,
    hasBias: config['model_type'] === 'qwen2',
    hasHeadNorms: config['model_type'] === 'qwen3',
  };
  const table = [number('vocab_size'), d];
  const layers = Array.from({ length: number('num_hidden_layers') }, (_, layer) =>
    layerShapes(layer, sizes),
  ).flat();
  const head = config['tie_word_embeddings'] === true ? [] : [{ name: 'lm_head.weight', shape: table }];
  const norm = { name: 'model.norm.weight', shape: [d] };
  return [{ name: 'model.embed_tokens.weight', shape: table }, ...layers, norm, ...head];
}

function layerShapes(
  layer: number,
  {
    d,
    f,
    q,
    kv,
    headDim,
    hasBias,
    hasHeadNorms,
  }: Record<'d' | 'f' | 'q' | 'kv' | 'headDim', number> & Record<'hasBias' | 'hasHeadNorms', boolean>,
): TensorShape[] {
  const shapes: Record<string, number[]> = {
    'input_layernorm.weight': [d],
    'post_attention_layernorm.weight': [d],
    'self_attn.q_proj.weight': [q, d],
    'self_attn.k_proj.weight': [kv, d],
    'self_attn.v_proj.weight': [kv, d],
    'self_attn.o_proj.weight': [d, q],
    'mlp.gate_proj.weight': [f, d],
    'mlp.up_proj.weight': [f, d],
    'mlp.down_proj.weight': [d, f],
    ...(hasBias && {
      'self_attn.q_proj.bias': [q],
      'self_attn.k_proj.bias': [kv],
      'self_attn.v_proj.bias': [kv],
    }),
    ...(hasHeadNorms && { 'self_attn.q_norm.weight': [headDim], 'self_attn.k_norm.weight': [headDim] }),
  };
  return Object.entries(shapes).map(([part, shape]) => ({ name: `model.layers.${layer}.${part}`, shape }));
}

export interface AwqTensor extends TensorShape {
  readonly dtype: 'F16' | 'I32';
}

/** The same checkpoint as AutoAWQ saves it: linear layers in 4 bits with groups of 128, all else in fp16. */
export function awqTensors(config: Readonly<Record<string, unknown>>): AwqTensor[] {
  return tensorShapes(config).flatMap(({ name, shape }): AwqTensor[] => {
    if (!name.endsWith('_proj.weight')) return [{ name, shape, dtype: 'F16' as const }];
    const [outputs, inputs] = shape as [number, number];
    const prefix = name.slice(0, -'.weight'.length);
    return [
      { name: `${prefix}.qweight`, shape: [inputs, outputs / 8], dtype: 'I32' as const },
      { name: `${prefix}.qzeros`, shape: [inputs / 128, outputs / 8], dtype: 'I32' as const },
      { name: `${prefix}.scales`, shape: [inputs / 128, outputs], dtype: 'F16' as const },
    ];
  });
}
