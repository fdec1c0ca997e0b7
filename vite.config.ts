import { copyFileSync, cpSync, mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { defineConfig } from 'vite';
import { defaultModel } from './scripts/vite/default-model.ts';
import { offlineSite } from './scripts/vite/offline.ts';
import { listPages, policyHeaders } from './scripts/vite/site-pages.ts';

/** The runtime's builds that `src/runtime/ort.ts` may choose; served untouched from `ort/`, same origin. */
const ORT_BUILDS = [
  'ort-wasm-simd-threaded',
  'ort-wasm-simd-threaded.jspi',
  'ort-wasm-simd-threaded.asyncify',
];

function copyOrtFiles(): void {
  const dist = dirname(createRequire(import.meta.url).resolve('onnxruntime-web/ort-wasm-simd-threaded.wasm'));
  const target = join(import.meta.dirname, 'public/ort');
  mkdirSync(target, { recursive: true });
  for (const build of ORT_BUILDS) {
    for (const extension of ['wasm', 'mjs']) {
      copyFileSync(join(dist, `${build}.${extension}`), join(target, `${build}.${extension}`));
    }
  }
}

copyOrtFiles();

/**
 * What pdf.js loads when a file needs it, same origin: character maps of CJK fonts that a file names instead of holding them, the
 * fonts that every reader has, and decoders of scanned pictures.
 */
const PDF_FOLDERS = { cmaps: 'pdf-cmaps', standard_fonts: 'pdf-fonts', wasm: 'pdf-wasm' };

function copyPdfFiles(): void {
  const source = dirname(createRequire(import.meta.url).resolve('pdfjs-dist/package.json'));
  for (const [folder, target] of Object.entries(PDF_FOLDERS))
    cpSync(join(source, folder), join(import.meta.dirname, 'public', target), { recursive: true });
}

copyPdfFiles();

/** Text recognition for scans and pictures, with the languages of the page: one engine, and its models of whole numbers. */
function copyTextRecognition(): void {
  const require = createRequire(import.meta.url);
  const target = join(import.meta.dirname, 'public/recognition');
  mkdirSync(target, { recursive: true });
  const engine = 'tesseract-core-simd-lstm.wasm';
  copyFileSync(require.resolve(`tesseract.js-core/${engine}`), join(target, engine));
  for (const language of ['eng', 'chi_tra']) {
    const model = `4.0.0_best_int/${language}.traineddata.gz`;
    const folder = dirname(require.resolve(`@tesseract.js-data/${language}/package.json`));
    copyFileSync(join(folder, model), join(target, `${language}.traineddata.gz`));
  }
}

copyTextRecognition();

/**
 * Cross-origin isolation lets WASM use threads. Served here for the demo; the page works without it, on one
 * thread.
 */
const ISOLATION_HEADERS = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};

/** The browser tests run the pages on a model a tenth as large: the same protocol, sooner. */
const modelFolder = (mode: string): string => (mode === 'test' ? 'test/fixtures/demo-model' : 'model');

export default defineConfig(({ mode }) => ({
  // Relative, so that the built page works from any folder of any server.
  base: './',
  // `extern-wasm` picks the runtime's entry points that load .wasm and .mjs from a given folder.
  resolve: { conditions: ['onnxruntime-web-use-extern-wasm', 'module', 'browser', 'development|production'] },
  build: {
    target: 'es2022',
    sourcemap: true,
    // The test build is the real one plus the pages that the browser tests open.
    ...(mode === 'test' && { outDir: 'dist-test' }),
    rollupOptions: {
      input: [
        ...listPages(import.meta.dirname),
        ...(mode === 'test'
          ? ['index', 'faults', 'soak', 'models', 'remote'].map((page) => `test/harness/${page}.html`)
          : []),
      ],
    },
  },
  plugins: [
    policyHeaders(import.meta.dirname),
    defaultModel(import.meta.dirname, modelFolder(mode)),
    offlineSite(import.meta.dirname, modelFolder(mode)),
  ],
  worker: { format: 'es' },
  optimizeDeps: { exclude: ['onnxruntime-web'] },
  server: { port: 5173, headers: ISOLATION_HEADERS },
  preview: { port: 4173, headers: ISOLATION_HEADERS },
}));
