// Bundles the command line tool for the published package: bin/dist/cli.mjs, one file, dependencies inside.
import { build } from 'vite';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

await build({
  root,
  configFile: false,
  publicDir: false,
  logLevel: 'warn',
  ssr: { noExternal: true },
  build: {
    ssr: 'src/convert/node/cli.ts',
    outDir: 'bin/dist',
    target: 'node20',
    rollupOptions: { output: { entryFileNames: 'cli.mjs' } },
  },
});
