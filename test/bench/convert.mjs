// Runs test/bench/convert.ts, bundled as the published tool is: unbundled, a call of another module costs as much as a rounding.
// Arguments are explained there.
import { mkdtempSync, rmSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'vite';

const [model = 'rank1-1.5b', dtype = 'q4', method = 'symmetric', kind = 'fast'] = process.argv.slice(2);
const root = fileURLToPath(new URL('../..', import.meta.url));
// Beside test/bench, as the bundle looks for the fixtures from where it lies.
const folder = mkdtempSync(path.join(root, 'test/dist-convert-'));
try {
  await build({
    root,
    configFile: false,
    publicDir: false,
    logLevel: 'error',
    build: {
      ssr: 'test/bench/convert.ts',
      outDir: folder,
      target: 'node20',
      rollupOptions: { output: { entryFileNames: 'convert.mjs' } },
    },
  });
  const { measureConversion } = await import(pathToFileURL(path.join(folder, 'convert.mjs')));
  console.log(JSON.stringify(await measureConversion(model, dtype, method, {}, kind)));
} finally {
  rmSync(folder, { recursive: true, force: true });
}
