// Converts a trained checkpoint, a Hugging Face folder, to the embedded demo model. The folder's README.md is the
// model card, written by hand: it stays; everything else there is generated.
//   npm run build:demo-model -- <checkpoint folder>
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const target = path.join(root, 'public/models/rank1-demo');
const [checkpoint] = process.argv.slice(2);
if (!checkpoint) throw new Error('Name the checkpoint: npm run build:demo-model -- <folder>');

const temporary = mkdtempSync(path.join(tmpdir(), 'rank1-demo-'));
try {
  const converted = path.join(temporary, 'model');
  const args = [
    'bin/rank1-rerank.mjs',
    'convert',
    checkpoint,
    '--out',
    converted,
    '--dtype',
    'q4',
    '--name',
    'rank1-demo',
  ];
  const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit' });
  if (status !== 0) throw new Error('the conversion failed; public/models/rank1-demo is unchanged');
  mkdirSync(target, { recursive: true });
  const generated = readdirSync(target, { withFileTypes: true }).filter(
    (entry) => entry.name !== 'README.md',
  );
  for (const entry of generated) rmSync(path.join(target, entry.name), { recursive: true });
  cpSync(converted, target, { recursive: true, filter: (file) => path.basename(file) !== 'README.md' });
} finally {
  rmSync(temporary, { recursive: true, force: true });
}
