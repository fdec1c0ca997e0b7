// Bundles the command line tool for the published package: dist-cli/cli.mjs, one file, dependencies inside.
import { build } from 'vite';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

await build({
  root,
  configFile: false,
  publicDir: false,
  logLevel: 'warn',
  // The runtime stays a dependency: it loads its .wasm from where it is installed. The browser's driver is a peer.
  ssr: { noExternal: true, external: ['onnxruntime-web', 'playwright-core'] },
  build: {
    ssr: 'src/cli/main.ts',
    outDir: 'dist-cli',
    target: 'node20',
    rollupOptions: { output: { entryFileNames: 'cli.mjs', chunkFileNames: '[name].mjs' } },
  },
});
