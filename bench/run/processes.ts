/** The browser's processes as Linux sees them: peak memory, processor time, priority. Nothing of it elsewhere. */
import { readFileSync, readdirSync } from 'node:fs';
import os from 'node:os';
import type { Browser } from 'playwright';

export interface PeakMemory {
  /** the page and its workers, MiB */
  readonly rendererMiB: number;
  /** where GPU buffers of the software adapter live, MiB */
  readonly gpuProcessMiB: number;
}

interface ProcessInfo {
  readonly type: string;
  readonly id: number;
}

const RENDERER = /renderer/i;
const GPU = /gpu/i;
/** Clock ticks a second in /proc; 100 on every Linux that Chromium runs on. */
const TICKS = 100;

/** High-water marks since each process began; take it before the page closes, from a browser with one page. */
export async function peakMemory(browser: Browser): Promise<PeakMemory | null> {
  const processes = await listProcesses(browser);
  const peakOf = (kind: RegExp) =>
    Math.max(0, ...processes.filter(({ type }) => kind.test(type)).map(({ id }) => highWaterMiB(id)));
  return processes.length > 0 ? { rendererMiB: peakOf(RENDERER), gpuProcessMiB: peakOf(GPU) } : null;
}

/** Processor seconds that the page's and the GPU process have used so far, all threads; null where it is not known. */
export async function processorSeconds(browser: Browser): Promise<number | null> {
  const processes = await listProcesses(browser);
  const used = processes
    .filter(({ type }) => RENDERER.test(type) || GPU.test(type))
    .map(({ id }) => ticks(id));
  return used.length > 0 ? used.reduce((sum, value) => sum + value, 0) / TICKS : null;
}

/** Sets the nice value of every thread of the page's and the GPU process; below 0 needs root. */
export async function setPriority(browser: Browser, nice: number): Promise<void> {
  for (const { type, id } of await listProcesses(browser)) {
    if (!RENDERER.test(type) && !GPU.test(type)) continue;
    for (const thread of readdirSync(`/proc/${id}/task`)) os.setPriority(Number(thread), nice);
  }
}

/** Memory of the pages and the GPU process; shared memory is divided among its processes. */
export async function proportionalMemory(browser: Browser): Promise<PeakMemory> {
  const processes = await listProcesses(browser);
  const sumOf = (kind: RegExp) =>
    processes.filter(({ type }) => kind.test(type)).reduce((sum, { id }) => sum + proportionalMiB(id), 0);
  return { rendererMiB: sumOf(RENDERER), gpuProcessMiB: sumOf(GPU) };
}

async function listProcesses(browser: Browser): Promise<ProcessInfo[]> {
  const session = await browser.newBrowserCDPSession();
  try {
    return ((await session.send('SystemInfo.getProcessInfo')) as { processInfo: ProcessInfo[] }).processInfo;
  } catch {
    return [];
  } finally {
    await session.detach();
  }
}

function highWaterMiB(pid: number): number {
  const kib = /^VmHWM:\s+(\d+) kB$/m.exec(read(`/proc/${pid}/status`))?.[1];
  return Math.round(Number(kib ?? 0) / 1024);
}

function proportionalMiB(pid: number): number {
  const kib = /^Pss:\s+(\d+) kB$/m.exec(read(`/proc/${pid}/smaps_rollup`))?.[1];
  return Math.round(Number(kib ?? 0) / 1024);
}

function ticks(pid: number): number {
  // The second field, the command, may hold spaces; user and system time are the 12th and 13th behind it.
  const fields = read(`/proc/${pid}/stat`).split(') ').at(-1)?.split(' ') ?? [];
  return Number(fields[11] ?? 0) + Number(fields[12] ?? 0);
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
