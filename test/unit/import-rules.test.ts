/**
 * Reads the import lines of src/, workers/ and the tools beside them and holds them to the levels of ARCHITECTURE.md:
 * imports go down, never up or sideways. `import type` is held to the same rules, but for the types of protocol/, which everyone who speaks
 * across the worker boundary shares.
 */
import { readFileSync, readdirSync } from 'node:fs';
import { basename } from 'node:path';
import ts from 'typescript';
import { describe, expect, test } from 'vitest';

const ROOT = new URL('../../', import.meta.url);

/** What each folder may import of the others. A folder may always import from itself and from base/. */
const ALLOWED: Record<string, readonly string[]> = {
  base: [],
  passages: [],
  engine: [],
  tokenizer: [],
  model: [],
  protocol: [],
  evaluation: [],
  // Reads and writes the files of a run on disk.
  'evaluation/node': ['evaluation'],
  export: ['protocol', 'evaluation'],
  rank1: ['engine', 'tokenizer', 'passages', 'model'],
  runtime: ['engine', 'model'],
  'runtime/node': ['runtime'],
  service: ['passages', 'rank1', 'tokenizer', 'engine', 'model', 'protocol'],
  remote: ['passages', 'rank1', 'protocol'],
  // One module: the address of the worker.
  'rerank-worker': [],
  client: ['rerank-worker', 'protocol'],
  ui: ['protocol', 'client', 'export'],
  app: ['protocol', 'client', 'remote', 'ui', 'export', 'evaluation', 'model', 'app/import'],
  // What the import worker runs; the page shares its types.
  'app/import': ['passages'],
  adapters: ['protocol', 'client', 'remote', 'ui'],
  // The converter checks a checkpoint's tokenizer as the worker would.
  convert: ['model', 'tokenizer', 'rank1', 'convert/compare'],
  // The second place where a model meets the runtime: the command that compares a converted model with another.
  'convert/compare': ['convert', 'model', 'tokenizer', 'rank1', 'engine', 'runtime', 'runtime/node'],
  // The command line: composes what the others offer, for Node. Nothing imports it.
  cli: [
    'protocol',
    'client',
    'adapters',
    'remote',
    'evaluation',
    'evaluation/node',
    'export',
    'model',
    'rank1',
    'convert',
    'convert/compare',
    // doctor tells what the runtime would find; what judges runs in a worker of its own
    'runtime/node',
    'index',
  ],
  workers: ['app/import', 'service', 'runtime', 'runtime/node', 'protocol', 'model', 'tokenizer', 'convert'],
  index: ['protocol', 'client', 'ui', 'evaluation', 'remote', 'rank1'],
  // Tools: nothing in src/ or workers/ imports them.
  bin: ['cli'],
  scripts: ['convert', 'model', 'runtime', 'runtime/node', 'service', 'tokenizer'],
  bench: [
    'scripts',
    'engine',
    'tokenizer',
    'model',
    'protocol',
    'evaluation',
    'evaluation/node',
    'rank1',
    'runtime',
    'runtime/node',
    'service',
    'client',
    'convert',
    'app',
    'index',
    // the pairs that it asks a server for
    'test',
    'vite.config.ts',
  ],
};
const TOOLS = ['bin', 'scripts', 'bench'];
/** Folders that may import the types of protocol/, and nothing that exists at run time. */
const PROTOCOL_TYPES = ['rank1', 'model', 'convert/compare', 'runtime', 'runtime/node', 'scripts'];

/** Read on both sides of the worker boundary: what a stored model is, without what runs it. */
const SHARED = ['src/model/stored-models.ts'];

/** Folders that run in Node. */
const NODE_FOLDERS = [
  'src/cli/',
  'src/convert/node/',
  'src/convert/compare/',
  'src/evaluation/node/',
  'src/model/node/',
  'src/runtime/node/',
  'workers/node',
];
/** Folders that may name types of onnxruntime-web, and load nothing of it but through runtime/. */
const ORT_TYPES = ['src/convert/compare/'];

/** Where a package may be imported: a folder, or one file. */
const PACKAGES: Record<string, readonly string[]> = {
  'onnxruntime-web': ['src/runtime/'],
  // Other ways to the same API: native code, and a GPU for Node. Both are optional peers.
  'onnxruntime-node': ['src/runtime/node/'],
  webgpu: ['src/runtime/node/'],
  lit: ['src/ui/', 'src/app/'],
  '@lit-labs/virtualizer': ['src/ui/', 'src/app/'],
  '@lit/localize': ['src/ui/', 'src/app/'],
  'hash-wasm': ['src/model/sha256.ts'],
  '@huggingface/jinja': ['src/convert/'],
  '@huggingface/tokenizers': ['src/tokenizer/'],
  zod: ['src/app/session/'],
  idb: ['src/app/session/'],
  '@orama/stemmers': ['src/app/shortlist/'],
  'franc-min': ['src/app/shortlist/'],
  // The formats of people's files, each in its own reader.
  fflate: ['src/app/import/', 'src/app/models/picked-zip.ts'],
  jschardet: ['src/app/import/'],
  numfmt: ['src/app/import/'],
  papaparse: ['src/app/import/', 'src/cli/rerank/table-file.ts'],
  parse5: ['src/app/import/'],
  'pdfjs-dist': ['src/app/import/', 'src/app/triage/pdf-page.ts'],
  'postal-mime': ['src/app/import/'],
  saxes: ['src/app/import/'],
  'tesseract.js-core': ['src/app/import/text-recognition.ts'],
  '@bufbuild/protobuf': ['src/convert/'],
  // Of the frameworks, each in its own adapter.
  react: ['src/adapters/react.ts'],
  '@lit/react': ['src/adapters/react.ts'],
  '@ai-sdk/provider': ['src/adapters/ai-sdk.ts'],
  '@langchain/core': ['src/adapters/langchain.ts'],
};
const FORBIDDEN_NAMES = /^(utils?|helpers?|common|misc|manager)\b|-(utils?|helpers?|manager)\b/;

interface ImportLine {
  readonly file: string;
  readonly target: string;
  readonly typeOnly: boolean;
}

const listFiles = (folders: readonly string[], extension: RegExp) =>
  folders.flatMap((folder) =>
    readdirSync(new URL(folder, ROOT), { recursive: true, encoding: 'utf8' })
      .filter((path) => extension.test(path))
      .map((path) => `${folder}/${path.replaceAll('\\', '/')}`),
  );
const files = listFiles(['src', 'workers'], /\.ts$/);
/** The address of a worker's script: nothing of it is part of the importing module. */
const WORKER_ADDRESS = /\?worker&url$/;

const readAll = (paths: readonly string[]) =>
  paths
    .flatMap((file) => readImports(file, readFileSync(new URL(file, ROOT), 'utf8')))
    .filter(({ target }) => !WORKER_ADDRESS.test(target));
const imports = readAll(files);
const toolImports = readAll(listFiles(TOOLS, /\.m?ts$|\.mjs$/));

/** As the compiler reads them, so that examples in comments and texts do not count. */
function readImports(file: string, text: string): ImportLine[] {
  const lines: ImportLine[] = [];
  const visit = (node: ts.Node): void => {
    const isStatement = ts.isImportDeclaration(node) || ts.isExportDeclaration(node);
    if (isStatement && node.moduleSpecifier && ts.isStringLiteral(node.moduleSpecifier)) {
      lines.push({ file, target: node.moduleSpecifier.text, typeOnly: isTypeOnly(node) });
    } else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      const [target] = node.arguments;
      lines.push({ file, target: target && ts.isStringLiteral(target) ? target.text : '?', typeOnly: false });
    }
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(file, text, ts.ScriptTarget.Latest));
  return lines;
}

/** `import { type A, type B }` vanishes as `import type` does. */
function isTypeOnly(node: ts.ImportDeclaration | ts.ExportDeclaration): boolean {
  const clause = ts.isImportDeclaration(node) ? node.importClause : node;
  if (!clause) return false;
  if (clause.isTypeOnly) return true;
  const names = ts.isImportDeclaration(node) ? node.importClause?.namedBindings : node.exportClause;
  const isDefault = ts.isImportDeclaration(node) && node.importClause?.name !== undefined;
  if (isDefault || !names || !('elements' in names)) return false;
  return names.elements.length > 0 && [...names.elements].every((name) => name.isTypeOnly);
}

/** `src/engine/x.ts` is of `engine`, `src/index.ts` of `index`, anything in workers/ of `workers`. */
function folderOf(file: string): string {
  const [first, second = '', third = ''] = file.split('/');
  if (`${second}/${third}` in ALLOWED) return `${second}/${third}`;
  return first === 'src' ? second.replace(/\.ts$/, '') : first!;
}

const isRelative = (target: string) => target.startsWith('.');
const resolved = ({ file, target }: ImportLine) =>
  new URL(target, new URL(file, ROOT)).href.slice(ROOT.href.length);
const describeImport = (line: ImportLine) => `${line.file} imports ${line.target}`;

describe('the test itself', () => {
  test('sees every kind of import', () => {
    const source = [
      "import a from './a.ts';",
      "import type { B } from '../b.ts';",
      "import {\n  c,\n  type D,\n} from 'c';",
      "import './e.ts';",
      "export { f } from './f.ts';",
      "import { type H, type I } from './h.ts';",
      "import J, { type K } from './j.ts';",
      "export type * from './l.ts';",
      "const g = async () => import(/* @vite-ignore */ 'g');",
      "// import x from './comment.ts';",
      "const text = `\nimport y from './text.ts';\n`;",
    ].join('\n');
    expect(readImports('x.ts', source).map(({ target, typeOnly }) => [target, typeOnly])).toEqual([
      ['./a.ts', false],
      ['../b.ts', true],
      ['c', false],
      ['./e.ts', false],
      ['./f.ts', false],
      ['./h.ts', true],
      ['./j.ts', false],
      ['./l.ts', true],
      ['g', false],
    ]);
  });

  test('finds the files', () => {
    expect(files).toContain('src/engine/engine.ts');
    expect(files).toContain('workers/rerank.worker.ts');
    expect(imports.length).toBeGreaterThan(100);
    expect(toolImports.length).toBeGreaterThan(100);
  });
});

describe('imports', () => {
  test('come from folders that have a level', () => {
    expect(files.filter((file) => !(folderOf(file) in ALLOWED))).toEqual([]);
  });

  test('go down, never up or sideways', () => {
    const wrong = [...imports, ...toolImports].filter((line) => {
      if (!isRelative(line.target)) return false;
      const [from, to] = [folderOf(line.file), folderOf(resolved(line))];
      if (from === to || to === 'base' || ALLOWED[from]?.includes(to)) return false;
      return !(to === 'protocol' && line.typeOnly && PROTOCOL_TYPES.includes(from));
    });
    expect(wrong.map(describeImport)).toEqual([]);
  });

  test('of the page and the worker meet in protocol only', () => {
    const page = ['client', 'ui', 'app'];
    const worker = ['service', 'runtime', 'engine', 'tokenizer', 'model', 'rank1', 'workers'];
    const crossing = imports.filter(
      (line) =>
        isRelative(line.target) &&
        page.includes(folderOf(line.file)) &&
        worker.includes(folderOf(resolved(line))) &&
        !SHARED.includes(resolved(line)),
    );
    expect(crossing.map(describeImport)).toEqual([]);
  });

  test.each(Object.entries(PACKAGES))('of %s are where they belong', (name, places) => {
    const users = imports.filter(({ target }) => target === name || target.startsWith(`${name}/`));
    expect(users.length).toBeGreaterThan(0);
    const wrong = users.filter(({ file, typeOnly }) => {
      const allowed = name === 'onnxruntime-web' && typeOnly ? [...places, ...ORT_TYPES] : places;
      return !allowed.some((place) => file.startsWith(place));
    });
    expect(wrong.map(describeImport)).toEqual([]);
  });

  test('of packages are of those that are known, and of Node only where Node runs', () => {
    const wrong = imports.filter(({ file, target }) => {
      if (isRelative(target)) return false;
      if (target.startsWith('node:')) return !NODE_FOLDERS.some((folder) => file.startsWith(folder));
      return !Object.keys(PACKAGES).some((name) => target === name || target.startsWith(`${name}/`));
    });
    expect(wrong.map(describeImport)).toEqual([]);
  });

  test('name their file with its extension', () => {
    const wrong = imports.filter(
      ({ target }) => isRelative(target) && !/\.(ts|css|json|mjs)(\?\w+)?$/.test(target),
    );
    expect(wrong.map(describeImport)).toEqual([]);
  });
});

describe('files', () => {
  test('are not called by a name that says nothing', () => {
    const parts = files.flatMap((file) =>
      file.split('/').map((part) => ({ file, part: basename(part, '.ts') })),
    );
    expect(parts.filter(({ part }) => FORBIDDEN_NAMES.test(part)).map(({ file }) => file)).toEqual([]);
  });

  test('have names in kebab case', () => {
    const written = files.filter((file) => !file.includes('/generated/')); // translations are named by their language tag
    expect(written.filter((file) => !/^[a-z0-9-]+(\.[a-z0-9-]+)*\.ts$/.test(basename(file)))).toEqual([]);
  });

  test('of the engine, the worker and the element keep no state at the level of the module', () => {
    const checked = files.filter((file) => !['app', 'convert'].includes(folderOf(file)));
    const withState = checked.filter((file) =>
      /^(export )?let /m.test(readFileSync(new URL(file, ROOT), 'utf8')),
    );
    expect(withState).toEqual([]);
  });
});
