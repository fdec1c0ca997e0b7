import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { findChromium, findHeadlessChromium } from '../../../scripts/find-chromium.mjs';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rank1-chromium-'));
  for (const name of ['CHROMIUM', 'ProgramFiles', 'ProgramFiles(x86)', 'LOCALAPPDATA']) vi.stubEnv(name, '');
  vi.stubEnv('PATH', join(folder, 'bin'));
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

function install(path: string): string {
  const file = join(folder, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, '');
  chmodSync(file, 0o755);
  return file;
}

it('is looked for where Windows has programs, when there is none on the PATH', () => {
  const edge = install('programs/Microsoft/Edge/Application/msedge.exe');
  vi.stubEnv('ProgramFiles(x86)', join(folder, 'programs'));
  expect(findChromium()).toBe(edge);
  const chrome = install('own/Google/Chrome/Application/chrome.exe');
  vi.stubEnv('ProgramFiles', join(folder, 'own'));
  expect(findChromium()).toBe(chrome);
  const onPath = install('bin/chromium');
  expect(findChromium()).toBe(onPath);
  const named = install('elsewhere/browser');
  vi.stubEnv('CHROMIUM', named);
  expect(findChromium()).toBe(named);
});

it('is a headless shell for tests, where there is one and no browser was named', () => {
  const whole = install('bin/chromium');
  expect(findHeadlessChromium()).toBe(whole);
  const shell = install('bin/chromium-headless-shell');
  expect(findHeadlessChromium()).toBe(shell);
  expect(findChromium()).toBe(whole);
  vi.stubEnv('CHROMIUM', whole);
  expect(findHeadlessChromium()).toBe(whole);
});
