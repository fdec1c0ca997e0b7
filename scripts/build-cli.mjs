// Bundles the command line tool for the published package: dist-cli/cli.mjs, and node.worker.mjs, which runs the model.
// Another folder may be given.
import { build } from 'vite';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

await build({
  root,
  configFile: false,
  publicDir: false,
  logLevel: 'warn',
  // onnxruntime-web stays external because it loads its .wasm from its own folder; the others are optional peers.
  ssr: { noExternal: true, external: ['onnxruntime-web', 'onnxruntime-node', 'webgpu'] },
  build: {
    ssr: true,
    outDir: process.argv[2] ?? 'dist-cli',
    target: 'node20',
    rollupOptions: {
      input: { cli: 'src/cli/main.ts', 'node.worker': 'workers/node.worker.ts' },
      output: { entryFileNames: '[name].mjs', chunkFileNames: '[name].mjs' },
    },
  },
});
