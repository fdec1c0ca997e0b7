/** The converter for pages and for Node: checkpoint in, model folder out. The command line is `npx rank1-rerank convert`. */
export { convertModel } from './convert-model.ts';
export {
  CONVERT_DTYPES,
  DEFAULT_MAX_POSITIONS,
  DEFAULT_SHARD_BYTES,
  GRAPH_LAYOUTS,
  type ConvertDtype,
  type ConvertOptions,
  type ConvertProgress,
  type GraphLayout,
} from './convert-options.ts';
export { QUANTIZATION_METHODS, type QuantizationMethod } from './block-quantizer.ts';
export type { ByteSink, ByteSource, OutputFolder } from './byte-io.ts';
export type { CheckpointFolder } from './checkpoint-folder.ts';
export type { ConvertedManifest } from './manifest.ts';
export { createSha256, type StreamingHash } from '../model/sha256.ts';
export { HttpCheckpoint, type HttpCheckpointOptions } from './http-checkpoint.ts';
export { BlobCheckpoint } from './browser/blob-checkpoint.ts';
export { convertFiles, convertHosted, type ConvertFilesOptions } from './browser/convert-files.ts';
export { DirectoryOutput } from './browser/directory-output.ts';
