// `npm run soak -- [documents] [metrics file] [wasm|webgpu]`: judges 1,000 documents (by default) in one page; see
// test/browser/soak.full.spec.ts.
import { spawnSync } from 'node:child_process';

const [numDocuments = '1000', figuresFile = 'docs/soak.json', device = 'wasm'] = process.argv.slice(2);
const { status } = spawnSync('npx', ['playwright', 'test', 'browser/soak.full.spec.ts'], {
  stdio: 'inherit',
  shell: process.platform === 'win32',
  env: {
    ...process.env,
    RANK1_TESTS: 'full',
    RANK1_SOAK_DOCUMENTS: numDocuments,
    RANK1_SOAK_FIGURES: figuresFile,
    RANK1_SOAK_DEVICE: device,
  },
});
process.exitCode = status ?? 1;
