/**
 * Every rank1 model. The sizes in catalog.json are those that the converter writes for the true configurations
 * (test/unit/model/catalogue.test.ts computes them anew); the weights themselves were not at hand.
 */
import catalog from './catalog.json' with { type: 'json' };

export interface CatalogModel {
  readonly id: string;
  readonly label: string;
  readonly repository: string | null;
  readonly parameters: number;
  /** of the safetensors, in 16-bit floats */
  readonly checkpointBytes: number;
  readonly versions: readonly CatalogVersion[];
}

export interface CatalogVersion {
  readonly dtype: string;
  readonly weightBytes: number;
  readonly kvBytesPerToken: number;
  /** must fit into one buffer of the GPU */
  readonly largestTensorBytes: number;
}

export const CATALOG: readonly CatalogModel[] = catalog;
