/**
 * The command against a hub as it really behaves (weights redirect to another host, which serves ranges), killed while
 * it waits for weights: what is left is never a model, and running it again gives the bytes of an undisturbed run.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { OpenedModel } from '../../src/convert/compare/opened-model.ts';
import { fixturePath } from '../unit/convert/support/fixtures.ts';
import { BIN } from './local-engines.ts';

const FIXTURE = fixturePath('small/qwen2-untied');
const COMMIT = '0123456789abcdef0123456789abcdef01234567';

let folder: string;
let hub: Server;
let storage: Server;
/** Called for each range of weights; true: it is never answered. */
let stalls: (number: number) => boolean = () => false;
let onStall: () => void = () => undefined;
let numRanges = 0;

const listen = (server: Server) => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
const address = (server: Server) => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'rank1-killed-'));
  storage = createServer((request, response) => sendRange(request.headers.range, request.url!, response));
  await listen(storage);
  hub = createServer((request, response) => {
    const { pathname } = new URL(request.url!, 'http://hub');
    const [, owner, name, verb, revision, file = ''] = pathname.split('/');
    const known =
      [owner, name, verb].join() === 'jhu-clsp,tiny,resolve' &&
      (revision === COMMIT || (revision === 'main' && file === 'config.json'));
    if (!known || !readdirSync(FIXTURE).includes(file))
      return void response.writeHead(404).end('Entry not found');
    response.setHeader('x-repo-commit', COMMIT);
    if (!file.endsWith('.safetensors')) return void response.end(readFileSync(path.join(FIXTURE, file)));
    response.writeHead(302, { location: `${address(storage)}/objects/${file}?signature=abc` }).end();
  });
  await listen(hub);
});
afterAll(async () => {
  for (const server of [hub, storage]) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
  await rm(folder, { recursive: true, force: true });
});

function sendRange(range: string | undefined, url: string, response: ServerResponse): void {
  if (stalls(++numRanges)) return onStall();
  const bytes = readFileSync(path.join(FIXTURE, path.basename(new URL(url, 'http://storage').pathname)));
  const [, start, end] = /^bytes=(\d+)-(\d+)$/.exec(range ?? '')!.map(Number) as [number, number, number];
  const part = bytes.subarray(start, end + 1);
  response.writeHead(206, { 'content-range': `bytes ${start}-${end}/${bytes.length}` }).end(part);
}

function convert(out: string) {
  const from = ['convert', 'jhu-clsp/tiny', '--endpoint', address(hub), '--without-tokenizer'];
  const args = [BIN, ...from, '--out', out, '--quiet'];
  const child = spawn(process.execPath, args, { stdio: 'ignore' });
  const ended = new Promise<number | null>((resolve) => child.on('exit', (code) => resolve(code)));
  return { kill: (signal: NodeJS.Signals) => void child.kill(signal), ended };
}

function hashes(root: string): Record<string, string> {
  const files = readdirSync(root, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = files.map((entry) => path.join(entry.parentPath, entry.name)).sort();
  return Object.fromEntries(
    paths.map((file) => [
      path.relative(root, file),
      createHash('sha256').update(readFileSync(file)).digest('hex'),
    ]),
  );
}

it('a killed conversion leaves no model, and the next gives the bytes of one that was left alone', async () => {
  const undisturbed = path.join(folder, 'undisturbed');
  expect(await convert(undisturbed).ended).toBe(0);
  const manifest = JSON.parse(readFileSync(path.join(undisturbed, 'rank1.json'), 'utf8')) as {
    source: unknown;
  };
  expect(manifest.source).toEqual({ name: 'jhu-clsp/tiny', revision: COMMIT });

  const out = path.join(folder, 'model');
  const middle = Math.floor(numRanges * 0.8);
  numRanges = 0;
  stalls = (number) => number >= middle;
  const stalled = new Promise<void>((resolve) => (onStall = resolve));
  const { kill, ended } = convert(out);
  await stalled;
  kill('SIGKILL');
  expect(await ended).toBeNull();
  expect(existsSync(out)).toBe(false);
  const staging = readdirSync(folder).find((name) => name.startsWith('model.convert-'))!;
  const left = path.join(folder, staging, 'model');
  expect(Object.keys(hashes(left)).some((file) => file.startsWith('onnx'))).toBe(true);
  expect(existsSync(path.join(left, 'rank1.json'))).toBe(false);
  await expect(OpenedModel.open(left)).rejects.toMatchObject({ code: 'model-not-found' });

  stalls = () => false;
  expect(await convert(out).ended).toBe(0);
  expect(hashes(out)).toEqual(hashes(undisturbed));
  expect(readdirSync(folder).sort()).toEqual(['model', 'undisturbed']);
});

it.each(['SIGINT', 'SIGTERM'] as const)(
  '%s ends a conversion whose hub hangs, with 130 and nothing left',
  async (signal) => {
    numRanges = 0;
    stalls = (number) => number > 6;
    const stalled = new Promise<void>((resolve) => (onStall = resolve));
    const place = path.join(folder, signal);
    const { kill, ended } = convert(path.join(place, 'model'));
    await stalled;
    kill(signal);
    expect(await ended).toBe(130);
    expect(readdirSync(place)).toEqual([]);
    stalls = () => false;
  },
  120_000,
);
