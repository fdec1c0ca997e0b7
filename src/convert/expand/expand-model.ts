/**
 * A stored model as it is computed with: planned for the device's memory, then rewritten. Weights are made one by
 * one, when the runtime copies them into its memory.
 */
import { timedSync } from '../../base/load-timing.ts';
import {
  planArithmetic,
  type ArithmeticPlan,
  type ArithmeticRequest,
  type LoadSizes,
} from '../../model/arithmetic-plan.ts';
import { isLossSmall } from '../../model/fast-measured.ts';
import type { ModelFiles } from '../../model/model-files.ts';
import { readBlob } from '../../model/model-folder.ts';
import { expandGraph } from './expand-graph.ts';
import { productSizes, type ExpandedTensor } from './products.ts';
import { decodeOnnxModel, ForeignGraph } from './read-onnx.ts';
import { dataFiles, findProducts, type StoredProduct } from './stored-products.ts';
import { findTurns } from './turns.ts';
import { tensorBytes } from '../graph-builder.ts';
import type { OnnxModel } from '../onnx-proto.ts';

type SessionFiles = Pick<ModelFiles, 'onnx' | 'externalData'>;

export interface ExpandedModel {
  readonly files: SessionFiles & { readonly isOptimized?: boolean };
  readonly plan: ArithmeticPlan;
  /** whether `present.*` holds the keys and values of the call's own tokens, not the whole cache */
  readonly returnsNewTokens: boolean;
}

export async function expandModel(
  files: SessionFiles & Pick<ModelFiles, 'model'>,
  request: Pick<ArithmeticRequest, 'preference' | 'device' | 'memoryGib'>,
): Promise<ExpandedModel> {
  const { fastMeasured } = files.model;
  const isFastGood = fastMeasured !== undefined && isLossSmall(fastMeasured);
  const planFor = (sizes: LoadSizes | null) => planArithmetic({ ...request, isFastGood, sizes });
  if (request.device === 'webgpu') return { files, plan: planFor(null), returnsNewTokens: false };
  const externalData = await Promise.all(
    files.externalData.map(async ({ path, data }) => ({
      path,
      data: data instanceof Blob ? await readBlob(path, data) : data,
    })),
  );
  const readFiles = { onnx: files.onnx, externalData };
  try {
    const model = decodeOnnxModel(files.onnx);
    const data = dataFiles(externalData);
    const products = findProducts(model, data);
    const plan = planFor(products.length > 0 ? loadSizes(model, products, externalData) : null);
    // Native code's own attention kernel is fast, and writes into the cache in place.
    const explicitAttention = request.device === 'wasm';
    if (plan.form === 'stored' && !explicitAttention)
      return { files: readFiles, plan, returnsNewTokens: false };
    const turns = plan.form === 'int8' ? findTurns(model, products, data) : null;
    const { onnx, tensors } = expandGraph(model, products, { form: plan.form, explicitAttention, turns });
    const made = explicitAttention ? madeOnDemand(tensors) : tensors.map(madeNow);
    const expanded = { onnx, externalData: [...externalData, ...made], isOptimized: explicitAttention };
    return { files: expanded, plan, returnsNewTokens: explicitAttention };
  } catch (error) {
    // A graph by other hands: the runtime judges it.
    if (error instanceof ForeignGraph)
      return { files: readFiles, plan: planFor(null), returnsNewTokens: false };
    throw error;
  }
}

function loadSizes(
  model: OnnxModel,
  products: readonly StoredProduct[],
  externalData: readonly { readonly data: Uint8Array }[],
): LoadSizes {
  const expanded = new Set(products.map(({ node }) => node));
  const read = new Set(model.nodes.filter((node) => !expanded.has(node)).flatMap(({ inputs }) => inputs));
  const kept = model.tensors.filter(({ name }) => read.has(name));
  const sum = (sizes: readonly number[]) => sizes.reduce((total, size) => total + size, 0);
  return {
    files: sum(externalData.map(({ data }) => data.byteLength)),
    kept: sum(kept.map(tensorBytes)),
    fp32: productSizes(products, 'fp32'),
    int8: productSizes(products, 'int8'),
  };
}

interface DataFile {
  readonly path: string;
  readonly data: Uint8Array<ArrayBuffer>;
}

function madeNow(tensor: ExpandedTensor): DataFile {
  return { path: tensor.name, data: tensor.make().slice() };
}

/**
 * Files whose bytes are there only while the runtime copies them: onnxruntime-web's WASM build checks a file's
 * `byteLength`, copies what `subarray` gives, and keeps nothing of it.
 */
function madeOnDemand(tensors: readonly ExpandedTensor[]): DataFile[] {
  return tensors.map((tensor) => {
    const subarray = (start?: number, end?: number) =>
      timedSync('expand', () => tensor.make()).subarray(start, end);
    const data = Object.defineProperties(new Uint8Array(0), {
      byteLength: { value: tensorBytes(tensor) },
      subarray: { value: subarray },
    });
    return { path: tensor.name, data };
  });
}
