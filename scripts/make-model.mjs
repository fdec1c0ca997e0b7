// Converts a trained checkpoint (a Hugging Face folder) into the default model's package. Leaves that package's
// handwritten files alone: package.json, NOTICE and the model card README.md.
//   npm run build:model -- <checkpoint folder>
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const target = path.join(root, 'model');
const [checkpoint] = process.argv.slice(2);
if (!checkpoint) throw new Error('Name the checkpoint: npm run build:model -- <folder>');

const temporary = mkdtempSync(path.join(tmpdir(), 'rank1-model-'));
try {
  const converted = path.join(temporary, 'model');
  const args = ['convert', checkpoint, '--out', converted, '--dtype', 'q4', '--name', 'rank1-rerank-model'];
  args.push('--profile', path.join(root, 'training/profile.json'));
  const bin = path.join(root, 'bin/rank1-rerank.mjs');
  const { status } = spawnSync(process.execPath, [bin, ...args], { stdio: 'inherit' });
  if (status !== 0) throw new Error('the conversion failed; the package is unchanged');
  rmSync(path.join(target, 'onnx'), { recursive: true, force: true });
  cpSync(converted, target, { recursive: true, filter: (file) => path.basename(file) !== 'README.md' });
  const manifest = path.join(target, 'rank1.json');
  const content = JSON.parse(readFileSync(manifest, 'utf8'));
  delete content.files['README.md'];
  writeFileSync(manifest, `${JSON.stringify(content, null, 2)}\n`);
} finally {
  rmSync(temporary, { recursive: true, force: true });
}
