/**
 * Normalises tensor names to transformers' names, undoing wrappers: torch.compile adds `_orig_mod.`, data
 * parallel training `module.`, PEFT `base_model.model.`, and a model saved without its head lacks `model.`.
 */
import { Rank1Error } from '../base/errors.ts';
import type { TensorEntry } from './safetensors.ts';

const WRAPPERS = /(?:^|(?<=\.))(?:_orig_mod|_fsdp_wrapped_module|_checkpoint_wrapped_module)\./g;
const OUTER = /^(?:module\.|base_model\.model\.(?=model\.|lm_head\.))+/;
const ADAPTER = /\.(?:lora_[AB]|lora_embedding_[AB]|base_layer|modules_to_save)\./;

/** @throws Rank1Error `model-unsupported` for an adapter, `invalid-file` if two tensors get the same name */
export function byPlainName(tensors: readonly TensorEntry[]): ReadonlyMap<string, TensorEntry> {
  const adapter = tensors.find(({ name }) => ADAPTER.test(name));
  if (adapter) {
    throw new Rank1Error(
      'model-unsupported',
      `${adapter.source.name} holds a PEFT adapter (${JSON.stringify(adapter.name.slice(0, 120))}) that was not merged into its model. Merge it (merge_and_unload) and save the model.`,
    );
  }
  const plain = tensors.map((tensor) => [plainName(tensor.name), tensor] as const);
  const isBare = plain.some(([name]) => name === 'embed_tokens.weight');
  const named = new Map<string, TensorEntry>();
  for (const [name, tensor] of plain) {
    const full =
      isBare && !name.startsWith('model.') && !name.startsWith('lm_head.') ? `model.${name}` : name;
    const other = named.get(full);
    if (other) {
      throw new Rank1Error(
        'invalid-file',
        `${JSON.stringify(other.name.slice(0, 120))} and ${JSON.stringify(tensor.name.slice(0, 120))} are both ${full.slice(0, 120)}. Save the checkpoint again without the wrapper that named them.`,
      );
    }
    named.set(full, tensor);
  }
  return named;
}

const plainName = (name: string): string => name.replaceAll(WRAPPERS, '').replace(OUTER, '');
