/**
 * The demo model as a Hugging Face checkpoint in fp32: its 4-bit weights as the numbers they stand for. There is no
 * other checkpoint here that writes chains to a verdict.
 */
import { readFileSync } from 'node:fs';
import { bytesOf } from '../../../../src/convert/graph-builder.ts';
import { parseModelSpec, type ModelSpec } from '../../../../src/model/model-spec.ts';
import { safetensorsFile, type EditableTensors } from './edited-checkpoint.ts';
import { MemoryCheckpoint } from './memory-folder.ts';
import { readInitializers, type StoredInitializer } from './read-onnx.ts';

const DEMO = new URL('../../../../test/fixtures/demo-model/', import.meta.url);
const BLOCK = 32;

/** Edits the tensors in place, by their names in a checkpoint; all are fp32. */
export type DemoChange = (tensors: EditableTensors, spec: ModelSpec) => void;

/**
 * @param changes files to put in the place of the demo's own; `null` leaves one out
 * @param change of its weights
 */
export function demoCheckpoint(
  changes: Record<string, string | null> = {},
  change?: DemoChange,
): MemoryCheckpoint {
  return MemoryCheckpoint.of(Object.fromEntries(demoFiles(changes, change)));
}

/** The checkpoint's files by name. */
export function demoFiles(
  changes: Record<string, string | null> = {},
  change?: DemoChange,
): [name: string, content: Uint8Array<ArrayBuffer> | string][] {
  const read = (path: string) => Uint8Array.from(readFileSync(new URL(path, DEMO)));
  const config = JSON.parse(new TextDecoder().decode(read('config.json'))) as Record<string, number>;
  const paths = ['onnx/model_q4.onnx', 'onnx/model_q4.onnx_data'];
  const written = readInitializers(paths[0]!, new Map(paths.map((path) => [path, read(path)])));
  const tensors = checkpointTensors(written, config);
  change?.(tensors, parseModelSpec(config));
  const files: Record<string, Uint8Array<ArrayBuffer> | string | null> = {
    'config.json': read('config.json'),
    'tokenizer.json': read('tokenizer.json'),
    'tokenizer_config.json': read('tokenizer_config.json'),
    'model.safetensors': safetensorsFile(tensors),
    ...changes,
  };
  return Object.entries(files).flatMap(([name, content]) => (content === null ? [] : [[name, content]]));
}

function checkpointTensors(
  written: ReadonlyMap<string, StoredInitializer>,
  config: Readonly<Record<string, number>>,
): EditableTensors {
  const tensors: EditableTensors = new Map();
  const put = (name: string, values: Float32Array<ArrayBuffer>, shape: readonly number[]): void =>
    void tensors.set(name, { dtype: 'F32', shape, data: bytesOf(values) });
  const {
    hidden_size: d,
    num_attention_heads: heads,
    num_key_value_heads: kvHeads,
  } = config as Record<string, number>;
  const headDim = config['head_dim'] ?? d! / heads!;
  const parts = [
    ['q_proj', heads! * headDim],
    ['k_proj', kvHeads! * headDim],
    ['v_proj', kvHeads! * headDim],
  ] as const;
  for (const [name, { dims, bytes }] of written) {
    const qkv = name.endsWith('.qkv_proj.codes') || name.endsWith('.qkv_proj.bias');
    if (name.endsWith('.codes')) {
      const matrix = dequantise(written, name.slice(0, -'.codes'.length));
      const cols = matrix.length / dims[0]!;
      if (!qkv) {
        put(`model.${checkpointName(name.slice(0, -'.codes'.length))}.weight`, matrix, [dims[0]!, cols]);
        continue;
      }
      let row = 0;
      for (const [part, rows] of parts) {
        const values = matrix.slice(row * cols, (row + rows) * cols);
        put(`model.${name.split('.qkv')[0]}.self_attn.${part}.weight`, values, [rows, cols]);
        row += rows;
      }
    } else if (qkv) {
      const bias = new Float32Array(bytes.buffer);
      let row = 0;
      for (const [part, rows] of parts) {
        put(`model.${name.split('.qkv')[0]}.self_attn.${part}.bias`, bias.slice(row, row + rows), [rows]);
        row += rows;
      }
    } else if (/norm\.weight$/.test(name)) {
      put(`model.${name}`, new Float32Array(bytes.buffer), dims);
    }
  }
  return tensors;
}

/** `layers.0.o_proj` to `layers.0.self_attn.o_proj`, `layers.0.up_proj` to `layers.0.mlp.up_proj`. */
const checkpointName = (name: string): string =>
  name.replace(/\.(o_proj)$/, '.self_attn.$1').replace(/\.((?:gate|up|down)_proj)$/, '.mlp.$1');

/** [rows, cols]; the demo's grid is symmetric, so the zero point is 8. */
function dequantise(
  written: ReadonlyMap<string, StoredInitializer>,
  name: string,
): Float32Array<ArrayBuffer> {
  const codes = written.get(`${name}.codes`)!.bytes;
  const scales = new Float32Array(written.get(`${name}.scales`)!.bytes.buffer);
  return new Float32Array(codes.length * 2).map(
    (_, i) => (((codes[i >> 1]! >> ((i & 1) * 4)) & 15) - 8) * scales[Math.floor(i / BLOCK)]!,
  );
}
