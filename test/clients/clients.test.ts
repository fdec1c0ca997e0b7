/**
 * Clients of other services on `serve`, with nothing but their address changed: `npm run test:clients`, not `npm test`,
 * as they bring more packages than all else (Cohere's version 7 alone the AWS SDK), and voyageai refuses the
 * `@huggingface/transformers` that the tests have. docs/compatibility.md names the versions. RANK1_PYTHON names a
 * Python that has some of the packages that clients.py uses; several are separated by colons, as not all go together.
 */
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'vite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RerankServer } from '../../src/cli/serve/rerank-server.ts';
import { parseServeArguments } from '../../src/cli/serve/serve-arguments.ts';
import { openChromium } from '../browsers/chromium.ts';
import { hashedEngine } from '../fakes/hashed-engine.ts';
import { hashedVerdict } from '../fakes/hashed-verdict.ts';
import { ROOT, run } from '../package/packed.ts';
import { serveFolders } from '../package/static-server.ts';

interface Asked {
  readonly address: string;
  readonly token: string;
  readonly query: string;
  readonly documents: readonly string[];
}
type Ranking = (readonly [index: number, score: number])[];

const FOLDER = join(ROOT, 'test/clients');
const TOKEN = 'secret';
const QUERY = 'coldest city';
const TEXTS = ['Bread is baked.', 'The coldest city is Yakutsk.', 'Kuwait is hot.', 'A é 寒い.'];
const RANKED = TEXTS.map((text, index) => [index, hashedVerdict(QUERY, text).score] as const).sort(
  ([, a], [, b]) => b - a,
);

beforeAll(() => {
  if (!existsSync(join(FOLDER, 'node_modules')))
    run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], FOLDER);
});

/** @param origins of pages that may ask */
async function serve(...origins: string[]): Promise<Asked & AsyncDisposable> {
  const cors = origins.flatMap((origin) => ['--cors-origin', origin]);
  const settings = parseServeArguments(['--token', TOKEN, ...cors], {});
  const server = new RerankServer({ ...settings, engine: hashedEngine() });
  const { port } = await server.listen('127.0.0.1', 0);
  const address = `http://127.0.0.1:${port}`;
  return {
    ...{ address, token: TOKEN, query: QUERY, documents: TEXTS },
    [Symbol.asyncDispose]: () => server.drain(0),
  };
}

describe('in Node', () => {
  const NAMES = [7, 8].flatMap((version) => [1, 2].map((api) => `cohere-ai ${version}, version ${api}`));
  const OTHERS = [
    '@ai-sdk/cohere',
    '@ai-sdk/togetherai',
    'voyageai',
    '@langchain/cohere',
    '@llamaindex/cohere',
  ];
  let clients: Record<string, (asked: Asked) => Promise<Ranking>>;
  beforeAll(async () => {
    // Their packages are there only now.
    const path = './clients.mjs';
    ({ CLIENTS: clients } = (await import(path)) as { CLIENTS: typeof clients });
  });

  it('no client was forgotten', () => expect(Object.keys(clients)).toEqual([...NAMES, ...OTHERS]));

  it.each([...NAMES, ...OTHERS])('%s gets indexes and scores, best first', async (name) => {
    await using asked = await serve();
    expect(await clients[name]!(asked)).toEqual(RANKED);
  });
});

const PYTHONS = (process.env['RANK1_PYTHON'] ?? '').split(delimiter).filter(Boolean);

// Nobody who has only Node need have them.
describe.skipIf(PYTHONS.length === 0)('in Python', () => {
  it.each(PYTHONS)('%s: its clients get indexes and scores, best first', async (python) => {
    await using asked = await serve();
    const args = [join(FOLDER, 'clients.py'), asked.address, TOKEN, QUERY, ...TEXTS];
    const { stdout } = await promisify(execFile)(python, args);
    const rankings = Object.entries(JSON.parse(stdout) as Record<string, Ranking>);
    console.log(`${python}: ${rankings.map(([client]) => client).join('; ')}`);
    expect(rankings).not.toEqual([]);
    for (const [client, ranking] of rankings) expect(ranking, client).toEqual(RANKED);
  });
});

describe('in a page of another origin', () => {
  let site: string;
  beforeAll(async () => {
    site = mkdtempSync(join(tmpdir(), 'rank1-clients-'));
    await build({
      root: FOLDER,
      configFile: false,
      logLevel: 'error',
      build: { outDir: site, emptyOutDir: true },
    });
  });
  afterAll(() => rmSync(site, { recursive: true }));

  it.each([
    [7, 1],
    [7, 2],
    [8, 1],
    [8, 2],
  ])('cohere-ai %i ranks by version %i of the API', async (clientVersion, apiVersion) => {
    const page = await serveFolders({ '/': site });
    await using browser = await openChromium();
    await using tab = await browser.newPage();
    await tab.goto(`${page.url}index.html`);
    const rank = (asked: Asked) =>
      tab.evaluate(
        ([client, api, { address, token, query, documents }]) =>
          (globalThis as unknown as { rankInPage(...args: unknown[]): Promise<Ranking> }).rankInPage(
            client,
            api,
            { address, token, query, documents },
          ),
        [clientVersion, apiVersion, asked] as const,
      );
    await using allowed = await serve(new URL(page.url).origin);
    expect(await rank({ ...allowed })).toEqual(RANKED);
    await using other = await serve('https://other.test');
    await expect(rank({ ...other })).rejects.toThrow();
    page.close();
  });
});
