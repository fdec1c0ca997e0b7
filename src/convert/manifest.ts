/** Writes `rank1.json`: what the engine needs to load the folder (model/manifest.ts), and what a person wants to know. */
import { MANIFEST_VERSION, type Manifest, type ManifestModel } from '../model/manifest.ts';
import { kvBytesPerToken, type KvDtype, type ModelSpec } from '../model/model-spec.ts';
import type { ConvertDtype, GraphLayout } from './convert-options.ts';
import type { FileRecord } from './recorded-output.ts';

export interface ConvertedManifest extends Manifest {
  readonly source: { readonly name: string; readonly revision: string | null };
  readonly architecture: ModelSpec['architecture'];
  readonly models: Readonly<Record<string, ConvertedModel>>;
}

export interface ConvertedModel extends ManifestModel {
  /** Weights that share a scale; `null` where they are not quantised. */
  readonly blockSize: number | null;
  /** Rows of the rotary tables: the longest sequence, prompt and answer together. */
  readonly maxPositions: number;
  readonly kvBytesPerToken: number;
}

export interface ManifestInput {
  readonly spec: ModelSpec;
  readonly source: ConvertedManifest['source'];
  readonly dtype: ConvertDtype;
  readonly layout: GraphLayout;
  readonly onnx: string;
  readonly externalData: readonly string[];
  readonly kvDtype: KvDtype;
  readonly blockSize: number | null;
  readonly maxPositions: number;
  readonly files: readonly FileRecord[];
}

export function buildManifest(input: ManifestInput): ConvertedManifest {
  const { spec, source, dtype, layout, onnx, externalData, kvDtype, blockSize, maxPositions } = input;
  const bytesPerToken = kvBytesPerToken(spec, kvDtype);
  const model = {
    onnx,
    externalData,
    layout,
    kvDtype,
    blockSize,
    maxPositions,
    kvBytesPerToken: bytesPerToken,
  };
  return {
    version: MANIFEST_VERSION,
    source,
    architecture: spec.architecture,
    models: { [dtype]: model },
    files: Object.fromEntries(input.files.map(({ path, bytes, sha256 }) => [path, { bytes, sha256 }])),
  };
}
