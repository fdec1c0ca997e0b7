/**
 * The demo model in every form, made from its published 4-bit weights: they are dequantised, which is exact, and
 * converted anew. fp32 then differs in arithmetic alone; forms in blocks of another size are rounded a second time.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { withCheckpoint } from '../run/demo-checkpoint.ts';
import { readModelTensors } from '../run/model-tensors.ts';
import { parseModelSpec } from '../../src/model/model-spec.ts';
import { FORM_NAMES, FORMS, type Form } from './cells.ts';

export interface PreparedForms {
  /** model folder of each form */
  readonly folders: Readonly<Record<Form, string>>;
  /** of the published weights that all are made from */
  readonly weightsSha256: string;
}

/** Makes the folders below `folder`, once for the same weights and forms. */
export function prepareForms(root: string, folder: string): PreparedForms {
  const source = path.join(root, 'public/models/rank1-demo');
  const weights = readFileSync(path.join(source, 'onnx/model_q4.onnx_data'));
  const weightsSha256 = createHash('sha256').update(weights).digest('hex');
  const stamp = JSON.stringify({ weightsSha256, FORMS });
  const stampFile = path.join(folder, 'made-from.json');
  const folderOf = (form: Form) => (FORMS[form].convert === null ? source : path.join(folder, form));
  const folders = Object.fromEntries(FORM_NAMES.map((form) => [form, folderOf(form)])) as Record<
    Form,
    string
  >;
  if (existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp) return { folders, weightsSha256 };
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const spec = parseModelSpec(JSON.parse(readFileSync(path.join(source, 'config.json'), 'utf8')));
  const tensors = readModelTensors(path.join(source, 'onnx/model_q4.onnx'), spec);
  withCheckpoint(source, tensors, (checkpoint) => {
    for (const form of FORM_NAMES) {
      const { dtype, convert } = FORMS[form];
      if (convert === null) continue;
      const args = ['bin/rank1-rerank.mjs', 'convert', checkpoint, '--out', folders[form], '--dtype', dtype];
      args.push(...convert, '--max-positions', '2048', '--name', 'rank1-demo', '--quiet');
      const { status } = spawnSync(process.execPath, args, {
        cwd: root,
        stdio: ['ignore', 'ignore', 'inherit'],
      });
      if (status !== 0) throw new Error(`the conversion to ${form} failed`);
    }
  });
  writeFileSync(stampFile, stamp);
  return { folders, weightsSha256 };
}
