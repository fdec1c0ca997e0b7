/** What docs/serve.md shows is what a reader gets. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { RerankServer } from '../../src/cli/serve/rerank-server.ts';
import { parseServeArguments } from '../../src/cli/serve/serve-arguments.ts';
import { openLocalEngine, REAL_THREAD, ROOT } from './local-engines.ts';

it('the example of docs/serve.md puts the answer first, started as it is shown', async () => {
  const text = readFileSync(join(ROOT, 'docs/serve.md'), 'utf8');
  const [, shown = ''] = /^ {4}npx rank1-rerank serve *(.*)$/m.exec(text) ?? [];
  const [, path = ''] = /curl -s localhost:8484(\S+)/.exec(text) ?? [];
  const [, body = ''] = /-d '(\{.*\})'/.exec(text) ?? [];
  const { engine } = await openLocalEngine(REAL_THREAD);
  const server = new RerankServer({ ...parseServeArguments(shown.split(/\s+/).filter(Boolean), {}), engine });
  try {
    const { port } = await server.listen('127.0.0.1', 0);
    const headers = { 'content-type': 'application/json' };
    const answer = await fetch(`http://127.0.0.1:${port}${path}`, { method: 'POST', headers, body });
    const { results } = (await answer.json()) as { results: { index: number }[] };
    const { documents } = JSON.parse(body) as { documents: string[] };
    expect(results.map(({ index }) => documents[index])).toEqual(['The coldest city is Yakutsk.']);
  } finally {
    await server.drain(0);
    await engine.close();
  }
});
