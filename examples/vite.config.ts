/** Builds all examples at once, with the element of this checkout in the place of the package. */
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { join } from 'node:path';
import { defineConfig } from 'vite';

const here = import.meta.dirname;
const element = join(here, '../src/ui/index.ts');
/** Where the one script of the plain page is, in a project that has the package. */
const STANDALONE = 'node_modules/rank1-rerank/dist-package/rank1-rerank';

export default defineConfig({
  root: here,
  base: './',
  plugins: [svelte()],
  resolve: {
    alias: { 'rank1-rerank/element': element, 'rank1-rerank/react': join(here, '../src/adapters/react.ts') },
    conditions: ['onnxruntime-web-use-extern-wasm', 'module', 'browser', 'development|production'],
  },
  worker: { format: 'es' },
  build: {
    target: 'es2022',
    outDir: '../dist-examples',
    emptyOutDir: true,
    rollupOptions: {
      input: {
        ...Object.fromEntries(
          ['plain', 'react', 'vue', 'svelte'].map((name) => [name, join(here, name, 'index.html')]),
        ),
        [STANDALONE]: element,
      },
      output: {
        entryFileNames: ({ name }) => (name === STANDALONE ? '[name].js' : 'assets/[name]-[hash].js'),
      },
    },
  },
});
