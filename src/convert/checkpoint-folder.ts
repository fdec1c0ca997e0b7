import type { ByteSource } from './byte-io.ts';
import type { TensorEntry } from './safetensors.ts';

/** A read-only model folder in Hugging Face layout. */
export interface CheckpointFolder {
  /**
   * @param name file of the folder, or of a folder in it: `1_LogitScore/config.json`
   * @returns `null` if there is no such file, as for a name that leads out of the folder
   */
  open(name: string): Promise<ByteSource | null>;
  /** Tensors by their transformers names, for folders with their own weight format, such as GGUF. */
  openTensors?(): Promise<ReadonlyMap<string, TensorEntry>>;
  close(): Promise<void>;
}

/** Names come from the files of a checkpoint. @returns `null` for one that leads out of the folder */
export function pathWithin(name: string): string[] | null {
  const parts = name.split('/');
  return parts.every((part) => !/^\.{0,2}$|[\\\0]/.test(part)) ? parts : null;
}
