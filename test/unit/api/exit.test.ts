/** What a program that uses the library in Node leaves behind when it has its answer. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { build } from 'vite';
import { CompletionsServer } from '../remote/completions-server.ts';

let server: CompletionsServer;
const folder = mkdtempSync(path.join(tmpdir(), 'rank1-exit-'));

beforeAll(async () => {
  server = await CompletionsServer.start();
  await build({
    configFile: false,
    publicDir: false,
    logLevel: 'silent',
    build: {
      outDir: folder,
      minify: false,
      lib: { entry: 'src/index.ts', formats: ['es'], fileName: 'library' },
    },
  });
});
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await server.stop();
});

test('a program that asked a server ends by itself, as nothing keeps Node alive', async () => {
  const program = `
    import { createReranker } from ${JSON.stringify(path.join(folder, 'library.js'))};
    const reranker = createReranker({ endpoint: ${JSON.stringify(server.endpoint)} });
    const { model } = await reranker.rerank({ query: 'q', documents: [] });
    await reranker.load();
    await reranker.load({ onProgress: () => undefined });
    // Connections that are kept for the next request are the platform's own, and unreferenced.
    console.log(JSON.stringify({ model, open: process.getActiveResourcesInfo() }));
  `;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', program]);
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += String(chunk)));
  child.stderr.on('data', (chunk: Buffer) => (output += String(chunk)));
  const [code] = (await once(child, 'exit')) as [number];
  expect(output).toMatch(/^\{"model":null/);
  expect(code).toBe(0);
  const { open } = JSON.parse(output) as { open: readonly string[] };
  expect(open).not.toContain('MessagePort');
  expect(open).not.toContain('Timeout');
});
