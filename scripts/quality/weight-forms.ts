/**
 * The demo model in every dtype, made from its published 4-bit weights: they are dequantised, which is exact, and
 * converted anew. What differs between the dtypes is then the arithmetic, and in q8 a second rounding.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { withCheckpoint } from '../../bench/run/demo-checkpoint.ts';
import { readModelTensors } from '../../bench/run/model-tensors.ts';
import { parseModelSpec } from '../../src/model/model-spec.ts';
import { DTYPES, type Dtype } from './cells.ts';

/** Model folder of each dtype, below `folder`; made once for the same weights. */
export function prepareDtypes(root: string, folder: string): Readonly<Record<Dtype, string>> {
  const source = path.join(root, 'public/models/rank1-demo');
  const weights = readFileSync(path.join(source, 'onnx/model_q4.onnx_data'));
  const stamp = createHash('sha256').update(weights).digest('hex');
  const stampFile = path.join(folder, 'made-from.txt');
  const made = { q4: source, q8: path.join(folder, 'q8'), fp32: path.join(folder, 'fp32') };
  if (existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp) return made;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const spec = parseModelSpec(JSON.parse(readFileSync(path.join(source, 'config.json'), 'utf8')));
  const tensors = readModelTensors(path.join(source, 'onnx/model_q4.onnx'), spec);
  withCheckpoint(source, tensors, (checkpoint) => {
    for (const dtype of DTYPES) {
      if (dtype === 'q4') continue;
      const args = ['bin/rank1-rerank.mjs', 'convert', checkpoint, '--out', made[dtype], '--dtype', dtype];
      args.push('--max-positions', '2048', '--name', 'rank1-demo', '--quiet');
      const { status } = spawnSync(process.execPath, args, {
        cwd: root,
        stdio: ['ignore', 'ignore', 'inherit'],
      });
      if (status !== 0) throw new Error(`the conversion to ${dtype} failed`);
    }
  });
  writeFileSync(stampFile, stamp);
  return made;
}
