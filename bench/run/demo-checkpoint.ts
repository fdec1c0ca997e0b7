/** The demo model's 4-bit weights, dequantised, as a checkpoint folder that the converter reads. */
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { dequantise } from './onnx-weights.ts';
import type { ModelTensors } from './model-tensors.ts';
import { writeSafetensors } from './safetensors-writer.ts';

/** @param source the converted model folder. The checkpoint is gone when `use` has ended. */
export function withCheckpoint(source: string, tensors: ModelTensors, use: (folder: string) => void): void {
  const checkpoint = mkdtempSync(path.join(tmpdir(), 'rank1-checkpoint-'));
  try {
    for (const file of ['config.json', 'generation_config.json', 'tokenizer.json', 'tokenizer_config.json']) {
      cpSync(path.join(source, file), path.join(checkpoint, file));
    }
    writeSafetensors(path.join(checkpoint, 'model.safetensors'), [
      ...[...tensors.matrices].map(
        ([name, weight]) => [`${name}.weight`, [weight.rows, weight.cols], dequantise(weight)] as const,
      ),
      ...[...tensors.vectors].map(([name, values]) => [name, [values.length], values] as const),
    ]);
    use(checkpoint);
  } finally {
    rmSync(checkpoint, { recursive: true, force: true });
  }
}
