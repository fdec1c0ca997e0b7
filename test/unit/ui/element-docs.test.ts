import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { elementDocs } from '../../../scripts/element-docs.mjs';
import { Rank1RerankElement } from '../../../src/ui/index.ts';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');
const manifest = JSON.parse(read('custom-elements.json'));

it('the manifest and the reference of the element are as the sources say (npm run docs:elements)', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'rank1-manifest-'));
  try {
    const analyzer = join(ROOT, 'node_modules/@custom-elements-manifest/analyzer/cem.js');
    spawnSync(process.execPath, [analyzer, 'analyze', '--quiet', '--outdir', relative(ROOT, folder)], {
      cwd: ROOT,
    });
    expect(JSON.parse(readFileSync(join(folder, 'custom-elements.json'), 'utf8'))).toEqual(manifest);
  } finally {
    rmSync(folder, { recursive: true });
  }
  expect(await elementDocs(manifest)).toBe(read('docs/element.md'));
  expect(JSON.parse(read('package.json')).customElements).toBe('custom-elements.json');
});

it('the manifest names every attribute, and every part that is used', () => {
  const [element] = manifest.modules[0].declarations;
  const names = (all: { name: string }[]): string[] => all.map(({ name }) => name).sort();
  expect(names(element.attributes)).toEqual([...Rank1RerankElement.observedAttributes].sort());
  const sources = [
    'rank1-rerank/rank1-rerank.template',
    'rank1-rerank/export-panel.template',
    'rank1-rerank/threshold.template',
    'ranked-results/ranked-results',
    'ranked-results/result-row',
    'think-chain/think-chain',
  ];
  const parts = sources.flatMap((source) =>
    [...read(`src/ui/${source}.ts`).matchAll(/\bpart="([a-z -]+)/g)].flatMap(([, list = '']) =>
      list.trim().split(' '),
    ),
  );
  expect([...new Set(parts)].filter((part) => !names(element.cssParts).includes(part))).toEqual([]);
});
