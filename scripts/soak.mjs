// `npm run soak`: 1,000 documents (or as many as are asked for) through one page; see test/browser/soak.spec.ts.
import { spawnSync } from 'node:child_process';

const [numDocuments = '1000', figuresFile = 'docs/soak.json'] = process.argv.slice(2);
const { status } = spawnSync('npx', ['playwright', 'test', 'browser/soak.spec.ts'], {
  stdio: 'inherit',
  shell: process.platform === 'win32',
  env: { ...process.env, RANK1_SOAK_DOCUMENTS: numDocuments, RANK1_SOAK_FIGURES: figuresFile },
});
process.exitCode = status ?? 1;
