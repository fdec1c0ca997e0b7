import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { apiDocs } from '../../../scripts/api-docs.mjs';
import * as api from '../../../src/index.ts';

const page = readFileSync(new URL('../../../docs/api.md', import.meta.url), 'utf8');

it('the tables of docs/api.md are as the sources say (npm run docs:api)', async () => {
  expect(await apiDocs(page)).toBe(page);
});

it('there is a table for everything that a user gives and gets', () => {
  const tables = [...page.matchAll(/<!-- table: (\w+) -->/g)].map(([, name]) => name);
  expect(tables).toEqual([
    'RerankerOptions',
    'FaultTimes',
    'RemoteRerankerOptions',
    'Reranker',
    'LoadCallOptions',
    'RerankParameters',
    'RerankDocument',
    'QueryPreset',
    'RerankResponse',
    'RerankResult',
    'Verdict',
    'FinishReason',
    'RerankCallbacks',
    'RerankUpdate',
    'Outcome',
    'RunStats',
    'LoadProgress',
    'RunState',
    'Rank1ErrorCode',
    'LoadedModel',
  ]);
});

it('the page names what is not in a table', () => {
  const events: Record<api.RerankEvent['type'], true> = {
    'load-progress': true,
    'run-state': true,
    started: true,
    reasoning: true,
    finished: true,
    complete: true,
  };
  const states: Record<api.DocumentState, true> = {
    queued: true,
    reading: true,
    thinking: true,
    decided: true,
    forced: true,
    failed: true,
    stopped: true,
  };
  for (const name of Object.keys(api)) expect(page).toContain(name);
  for (const type of Object.keys(events)) expect(page).toContain(`event.type === '${type}'`);
  for (const state of Object.keys(states)) expect(page).toContain(`\`${state}\``);
});
