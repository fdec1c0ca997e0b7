/** The code that README and docs show compiles against the sources. */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');
const PAGES = [
  'README.md',
  'README.zh-Hant.md',
  ...readdirSync(join(ROOT, 'docs')).map((name) => `docs/${name}`),
].filter((name) => name.endsWith('.md'));
/** What the reader of an example has already. */
const GIVEN = `
import { createReranker } from 'rank1-rerank';
import 'rank1-rerank/element';
declare global {
  const query: string, documents: string[], instruction: string, model: string, apiKey: string;
  const signal: AbortSignal, modelFiles: Record<string, Blob>;
  const element: HTMLElementTagNameMap['rank1-rerank'];
  function show(...what: unknown[]): void;
}
`;

/** Blocks of code, fenced or indented, that use the package. */
function examplesOf(page: string): string[] {
  const text = readFileSync(join(ROOT, page), 'utf8');
  const fenced = [...text.matchAll(/^```\w*\n(.*?)^```/gms)].map(([, code]) => code ?? '');
  const indented = [...text.matchAll(/(?:^ {4}.*\n|^\n(?= {4}))+/gm)].map(([code]) =>
    code.replaceAll(/^ {4}/gm, ''),
  );
  return [...fenced, ...indented]
    .filter((code) => /createReranker\(|element\.\w+ =/.test(code))
    .map(scriptOf);
}

/** Of a page, its scripts; they are JavaScript, which does not ask whether an element is there. */
function scriptOf(code: string): string {
  const scripts = [...code.matchAll(/<script[^>]*>(.*?)<\/script>/gs)].map(([, script]) => script);
  return scripts.length > 0 ? scripts.join('\n').replaceAll(/querySelector\('[\w-]+'\)/g, '$&!') : code;
}

it('compiles, all of it', () => {
  const files = new Map<string, string>([[join(ROOT, 'docs-given.ts'), GIVEN]]);
  for (const page of PAGES)
    examplesOf(page).forEach((code, n) => {
      const imported = /import \{ createReranker/.test(code)
        ? ''
        : "import { createReranker } from 'rank1-rerank';\n";
      files.set(join(ROOT, `${page}-${n}.ts`), `${imported}${code}\nexport {};\n`);
    });
  expect(files.size).toBeGreaterThan(5);

  const { config } = ts.readConfigFile(join(ROOT, 'tsconfig.json'), (path) => ts.sys.readFile(path)) as {
    config: object;
  };
  const { options } = ts.parseJsonConfigFileContent({ ...config, include: [], files: [] }, ts.sys, ROOT);
  Object.assign(options, { incremental: false, noUnusedLocals: false });
  delete options['tsBuildInfoFile'];
  options.paths = { ...options.paths, 'rank1-rerank': ['./src/index.ts'] };
  const host = ts.createCompilerHost(options);
  const { getSourceFile, fileExists, readFile } = host;
  host.fileExists = (path) => files.has(path) || fileExists.call(host, path);
  host.readFile = (path) => files.get(path) ?? readFile.call(host, path);
  host.getSourceFile = (path, language, ...rest) => {
    const text = files.get(path);
    return text === undefined
      ? getSourceFile.call(host, path, language, ...rest)
      : ts.createSourceFile(path, text, language);
  };
  const program = ts.createProgram([...files.keys()], options, host);
  const faults = [...files.keys()].flatMap((path) =>
    ts.getPreEmitDiagnostics(program, program.getSourceFile(path)),
  );
  expect(
    ts.formatDiagnostics(faults, {
      getCanonicalFileName: (name) => name,
      getCurrentDirectory: () => ROOT,
      getNewLine: () => '\n',
    }),
  ).toBe('');
});
