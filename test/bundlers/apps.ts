/**
 * The smallest app of each bundler and framework that shows the element, as its own documentation would begin one. An
 * app gets no more configuration than docs/bundlers.md shows.
 */
export interface App {
  readonly name: string;
  /** npm packages beside the tarball, as `npm install` takes them */
  readonly packages: readonly string[];
  /** contents by path; `package.json` is merged into the app's own */
  readonly files: Readonly<Record<string, string>>;
  /** commands run one after another, each as `npx` would find it */
  readonly build: readonly string[];
  /** the folder to serve, or a command that serves on `$PORT` */
  readonly serve: { readonly folder: string } | { readonly command: string };
  /** what was built for browsers, if it is not the folder that is served; null where nothing is built */
  readonly emitted?: string | null;
  readonly page?: string;
  /** The page gives question and documents by itself, once it is hydrated. */
  readonly asks?: boolean;
}

const ATTRIBUTES = 'device="wasm" model="/models/demo/"';
const ELEMENT = `<rank1-rerank ${ATTRIBUTES}></rank1-rerank>`;
/** Where `rank1-rerank assets` has put what the bundler does not emit. */
const WORKER_URL = 'worker-url="/rank1/rank1-rerank/worker.js"';
const ELEMENT_WITH_WORKER = `<rank1-rerank ${ATTRIBUTES} ${WORKER_URL}></rank1-rerank>`;
const ASSETS = 'rank1-rerank assets out/rank1';

const page = (script: string, element: string): string =>
  `<!doctype html><html lang="en"><meta charset="utf-8"><title>App</title>${script}${element}</html>`;
const IMPORT = "import 'rank1-rerank/element';\n";

const VITE_FILES = {
  'index.html': page('<script type="module" src="/main.js"></script>', ELEMENT),
  'main.js': IMPORT,
};

function vite(major: number): App[] {
  const packages = [`vite@${major}`];
  return [
    {
      name: `Vite ${major}, build`,
      packages,
      files: VITE_FILES,
      build: ['vite build --outDir out'],
      serve: { folder: 'out' },
    },
    {
      name: `Vite ${major}, dev`,
      packages,
      files: VITE_FILES,
      build: [],
      serve: { command: 'vite --host 127.0.0.1 --strictPort --port $PORT' },
      emitted: null,
    },
  ];
}

const NEXT_FILES = {
  'app/layout.jsx':
    'export default function Layout({ children }) { return <html lang="en"><body>{children}</body></html>; }\n',
  'app/page.jsx':
    "import { Ranking } from './ranking.jsx';\nexport default function Page() { return <Ranking />; }\n",
  'app/ranking.jsx': [
    "'use client';",
    "import { Rank1Rerank } from 'rank1-rerank/react';",
    "import { documents, query } from '../public/question.json';",
    'export function Ranking() {',
    `  return <Rank1Rerank ${ATTRIBUTES} query={query} documents={documents} />;`,
    '}',
    '',
  ].join('\n'),
};

function next(bundler: string): App {
  return {
    name: `Next.js, ${bundler}`,
    packages: ['next', 'react', 'react-dom'],
    files: NEXT_FILES,
    build: [`next build --${bundler}`],
    serve: { command: 'next start -H 127.0.0.1 -p $PORT' },
    emitted: '.next/static',
    page: '',
    asks: true,
  };
}

const ANGULAR_FILES = {
  'angular.json': JSON.stringify({
    version: 1,
    projects: {
      app: {
        projectType: 'application',
        root: '',
        architect: {
          build: {
            builder: '@angular/build:application',
            options: {
              browser: 'src/main.ts',
              index: 'src/index.html',
              tsConfig: 'tsconfig.json',
              outputPath: 'out',
            },
          },
        },
      },
    },
  }),
  'tsconfig.json': JSON.stringify({
    compilerOptions: {
      target: 'ES2022',
      module: 'preserve',
      moduleResolution: 'bundler',
      skipLibCheck: true,
    },
    files: ['src/main.ts'],
  }),
  'src/index.html': page('', '<app-root></app-root>'),
  'src/main.ts': [
    "import { Component, CUSTOM_ELEMENTS_SCHEMA } from '@angular/core';",
    "import { bootstrapApplication } from '@angular/platform-browser';",
    "import 'rank1-rerank/element';",
    '@Component({',
    `  selector: 'app-root', schemas: [CUSTOM_ELEMENTS_SCHEMA], template: '${ELEMENT_WITH_WORKER}',`,
    '})',
    'class App {}',
    'void bootstrapApplication(App);',
    '',
  ].join('\n'),
};

/** The package and what the element imports. */
const IMPORT_MAP = {
  'rank1-rerank/element': '/node_modules/rank1-rerank/dist-package/ui/index.js',
  lit: '/node_modules/lit/index.js',
  'lit/': '/node_modules/lit/',
  'lit-html': '/node_modules/lit-html/lit-html.js',
  'lit-html/': '/node_modules/lit-html/',
  'lit-element/': '/node_modules/lit-element/',
  '@lit/reactive-element': '/node_modules/@lit/reactive-element/reactive-element.js',
  '@lit/reactive-element/': '/node_modules/@lit/reactive-element/',
  '@lit/localize': '/node_modules/@lit/localize/lit-localize.js',
  '@lit-labs/virtualizer/': '/node_modules/@lit-labs/virtualizer/',
};

export const APPS: readonly App[] = [
  ...[5, 6, 7, 8].flatMap(vite),
  {
    name: 'webpack 5',
    packages: ['webpack@5', 'webpack-cli'],
    files: {
      'main.js': IMPORT,
      'out/index.html': page('<script src="main.js"></script>', ELEMENT).replace(
        /(<script.*<\/script>)(.*)<\/html>/,
        '$2$1</html>',
      ),
    },
    build: ['webpack --mode production --entry ./main.js --output-path out'],
    serve: { folder: 'out' },
  },
  next('turbopack'),
  next('webpack'),
  {
    name: 'esbuild',
    packages: ['esbuild'],
    files: {
      'main.js': IMPORT,
      'out/index.html': page('<script type="module" src="main.js"></script>', ELEMENT_WITH_WORKER),
    },
    build: [ASSETS, 'esbuild main.js --bundle --format=esm --splitting --minify --outdir=out'],
    serve: { folder: 'out' },
  },
  {
    name: 'Rollup',
    packages: ['rollup', '@rollup/plugin-node-resolve'],
    files: {
      'main.js': IMPORT,
      'out/index.html': page('<script type="module" src="main.js"></script>', ELEMENT_WITH_WORKER),
    },
    build: [ASSETS, 'rollup main.js --dir out --plugin node-resolve'],
    serve: { folder: 'out' },
  },
  {
    name: 'Parcel 2',
    packages: ['parcel@2'],
    files: {
      'package.json': JSON.stringify({ '@parcel/resolver-default': { packageExports: true } }),
      'index.html': page('<script type="module" src="main.js"></script>', ELEMENT_WITH_WORKER),
      'main.js': IMPORT,
    },
    build: [ASSETS, 'parcel build index.html --dist-dir out --no-cache --no-source-maps'],
    serve: { folder: 'out' },
  },
  {
    name: 'Angular',
    packages: [
      '@angular/build',
      '@angular/cli',
      '@angular/compiler',
      '@angular/compiler-cli',
      '@angular/core',
      '@angular/platform-browser',
      'rxjs',
      'tslib',
    ],
    files: ANGULAR_FILES,
    build: ['ng build', 'rank1-rerank assets out/browser/rank1'],
    serve: { folder: 'out/browser' },
  },
  {
    name: 'Astro',
    // Later ones refuse Node 20.
    packages: [process.versions.node.startsWith('20.') ? 'astro@5' : 'astro'],
    files: { 'src/pages/index.astro': page(`<script>${IMPORT}</script>`, ELEMENT) },
    build: ['astro build --outDir out'],
    serve: { folder: 'out' },
  },
  {
    name: 'SvelteKit',
    packages: [
      '@sveltejs/kit',
      '@sveltejs/adapter-static',
      '@sveltejs/vite-plugin-svelte',
      'svelte',
      'vite@8',
    ],
    files: {
      'svelte.config.js':
        "import adapter from '@sveltejs/adapter-static';\nexport default { kit: { adapter: adapter({ pages: 'out' }) } };\n",
      'vite.config.js':
        "import { sveltekit } from '@sveltejs/kit/vite';\nexport default { plugins: [sveltekit()] };\n",
      'src/app.html': page('%sveltekit.head%', '<body>%sveltekit.body%</body>'),
      'src/routes/+layout.js': 'export const prerender = true;\n',
      'src/routes/+page.svelte': `<script>\n  ${IMPORT}</script>\n${ELEMENT}\n`,
    },
    build: ['svelte-kit sync', 'vite build'],
    serve: { folder: 'out' },
  },
  {
    name: 'Vue',
    packages: ['vue', '@vitejs/plugin-vue', 'vite@8'],
    files: {
      'index.html': page('<script type="module" src="/main.js"></script>', '<div id="app"></div>'),
      'main.js':
        "import { createApp } from 'vue';\nimport App from './App.vue';\ncreateApp(App).mount('#app');\n",
      'App.vue': `<script setup>\n${IMPORT}</script>\n<template>${ELEMENT}</template>\n`,
      'vite.config.js': [
        "import vue from '@vitejs/plugin-vue';",
        "const isCustomElement = (tag) => tag.startsWith('rank1-');",
        'export default { plugins: [vue({ template: { compilerOptions: { isCustomElement } } })] };',
        '',
      ].join('\n'),
    },
    build: ['vite build --outDir out'],
    serve: { folder: 'out' },
  },
  {
    name: 'Nuxt',
    packages: ['nuxt', 'vue'],
    files: {
      'app.vue': `<script setup>\nif (import.meta.client) import('rank1-rerank/element');\n</script>\n<template>${ELEMENT}</template>\n`,
      'nuxt.config.js':
        "export default { telemetry: false, vue: { compilerOptions: { isCustomElement: (tag) => tag.startsWith('rank1-') } } };\n",
    },
    build: ['nuxt build'],
    serve: { command: 'nuxt preview --port $PORT' },
    emitted: '.output/public',
    page: '',
  },
  {
    name: 'plain script',
    packages: [],
    files: {
      'out/index.html': page('<script type="module" src="/rank1/rank1-rerank.js"></script>', ELEMENT),
    },
    build: [ASSETS],
    serve: { folder: 'out' },
  },
  {
    name: 'script of another origin',
    packages: [],
    files: {
      'out/index.html': page(
        // The same server by another name.
        `<script>
          const elsewhere = location.origin.replace('127.0.0.1', 'localhost');
          document.write(\`<script type="module" src="\${elsewhere}/rank1/rank1-rerank.js"><\\/script>\`);
        </script>`,
        ELEMENT_WITH_WORKER,
      ),
    },
    build: [ASSETS],
    serve: { folder: 'out' },
  },
  {
    name: 'import map',
    packages: [],
    files: {
      'index.html': page(
        `<script type="importmap">${JSON.stringify({ imports: IMPORT_MAP })}</script><script type="module">${IMPORT}</script>`,
        `<rank1-rerank ${ATTRIBUTES} assets-url="/node_modules/onnxruntime-web/dist/"></rank1-rerank>`,
      ),
    },
    build: [],
    serve: { folder: '.' },
    emitted: null,
  },
];
