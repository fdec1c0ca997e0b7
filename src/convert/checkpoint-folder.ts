import type { ByteSource } from './byte-io.ts';
import type { TensorEntry } from './safetensors.ts';

/** A read-only model folder in Hugging Face layout. */
export interface CheckpointFolder {
  /** `null` if there is no such file. `name` is a plain file name, never a path. */
  open(name: string): Promise<ByteSource | null>;
  /** Tensors by their transformers names, for folders with their own weight format, such as GGUF. */
  openTensors?(): Promise<ReadonlyMap<string, TensorEntry>>;
  close(): Promise<void>;
}
