/**
 * The contract between the converter, which writes graphs, and the runtime, which feeds them: input and
 * output names and shapes of the `rank1` layout, and the names of the `transformersjs` layout. Both sides
 * must import the names from here.
 * Axes: B rows of the batch, S tokens per row in this call (right-padded), M capacity of the KV cache in
 * tokens, R rows whose last token is read, W watched token ids, V vocabulary, KV key-value heads, H head
 * size.
 */
export const ONNX_INPUTS = {
  /** int32 [B, S] */
  inputIds: 'input_ids',
  /** int32 [B]: tokens in the cache after this call minus one, padding included (past + S - 1) */
  seqlensK: 'seqlens_k',
  /** int32 [1]: length of the longest row after this call, padding included */
  totalSequenceLength: 'total_sequence_length',
  /** int32 [R]: flat index b * S + (n_b - 1) of the last real token of each row that is read */
  lastIndex: 'last_index',
  /** int32 [W]: token ids whose raw logits are returned (for rank1: ` true`, ` false`) */
  watchedTokenIds: 'watched_token_ids',
} as const;

export const ONNX_OUTPUTS = {
  /** int32 [R]: greedy next token; the lowest id wins a tie */
  nextTokenIds: 'next_token_ids',
  /** float32 [R, W]: raw logits of the watched ids */
  watchedLogits: 'watched_logits',
  /** float32 [R, V]: all logits of the read rows; fetched only by tests and sampling */
  logits: 'logits',
} as const;

/** float32 or float16 [B, KV, M, H]; the same buffer is passed as past and returned as present. */
export const pastName = (layer: number, part: 'key' | 'value') => `past_key_values.${layer}.${part}`;
export const presentName = (layer: number, part: 'key' | 'value') => `present.${layer}.${part}`;

/**
 * The `transformersjs` layout: the inputs transformers.js provides. T is the length of the longest row after
 * the call.
 */
export const TRANSFORMERSJS_INPUTS = {
  /** int64 [B, S] */
  inputIds: 'input_ids',
  /** int64 [B, T]: only each row's sum is used, its number of tokens after the call */
  attentionMask: 'attention_mask',
  /** int64 [B, S]: accepted but ignored, because the attention kernel counts positions itself */
  positionIds: 'position_ids',
  /** int64 []: number of last tokens whose logits are returned; 0: all */
  numLogitsToKeep: 'num_logits_to_keep',
} as const;

/** float32 [B, kept tokens, V] */
export const TRANSFORMERSJS_LOGITS = 'logits';
