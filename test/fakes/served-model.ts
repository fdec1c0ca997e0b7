/** A model folder with a true manifest and weights that are any bytes: enough to be downloaded, not to be run. */
import { createHash } from 'node:crypto';
import { SeededRandom } from './seeded-random.ts';
import { TINY_CONFIG } from './tiny-config.ts';

/** @param weightBytes of each of the two weight files */
export function servedModel(weightBytes: number, seed = 1): Map<string, Buffer> {
  const random = new SeededRandom(seed);
  const bytes = (length: number): Buffer => Buffer.from(Array.from({ length }, () => random.integer(0, 255)));
  const weights = (length: number): Buffer => {
    const block = bytes(Math.min(length, 4096));
    const buffer = Buffer.alloc(length);
    for (let at = 0; at < length; at += block.length) block.copy(buffer, at);
    for (let at = 0; at + 4 < length; at += 4096) buffer.writeUInt32LE(at, at);
    return buffer;
  };
  const files = new Map<string, Buffer>([
    ['config.json', json(TINY_CONFIG)],
    ['tokenizer.json', json({ model: { type: 'BPE' } })],
    ['tokenizer_config.json', json({})],
    ['onnx/model_q4.onnx', bytes(500)],
    ['onnx/model_q4.onnx_data', weights(weightBytes)],
    ['onnx/model_q4.onnx_data_1', weights(weightBytes)],
    ['onnx/model_fp32.onnx', bytes(500)],
    ['onnx/model_fp32.onnx_data', weights(2 * weightBytes)],
  ]);
  files.set('rank1.json', manifestOf(files));
  return files;
}

/** Computed anew after a file was changed. */
export function manifestOf(files: ReadonlyMap<string, Buffer>): Buffer {
  const listed = [...files].filter(([path]) => path !== 'rank1.json');
  const model = (dtype: string, externalData: string[]) => ({
    onnx: `onnx/model_${dtype}.onnx`,
    externalData,
    layout: 'rank1',
    kvDtype: 'float32',
    maxPositions: 128,
  });
  return json({
    version: 1,
    models: {
      q4: model('q4', ['onnx/model_q4.onnx_data', 'onnx/model_q4.onnx_data_1']),
      fp32: model('fp32', ['onnx/model_fp32.onnx_data']),
    },
    files: Object.fromEntries(
      listed.map(([path, content]) => [
        path,
        { bytes: content.length, sha256: createHash('sha256').update(content).digest('hex') },
      ]),
    ),
  });
}

const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));
