/** `rank1-rerank doctor`: whether a model can run here, and how well; one line a finding. */
import { statfs } from 'node:fs/promises';
import { freemem, tmpdir, totalmem } from 'node:os';
import { parseArgs } from 'node:util';
import { findChromium } from '../../../scripts/find-chromium.mjs';
import { errorMessage } from '../../base/errors.ts';
import { EXIT, type Command, type CommandContext, type ExitCode } from '../command.ts';
import { BrowserSession } from '../engine/browser-session.ts';
import { ENGINE_FLAGS, ENGINE_USAGE, engineOptions, type EngineWish } from '../engine/engine-options.ts';
import { modelPlace } from '../engine/model-place.ts';
import { findFaults, readManifest, totalBytes } from '../models/model-folder.ts';
import type { BrowserReport } from '../page/engine-api.ts';

const USAGE = `rank1-rerank doctor [options]

  Looks at what a model needs: Chromium, WebGPU, threads, memory, disk, the model's files; then loads the model and
  judges one pair. Exit code 0 when it works (warnings included), 1 when it does not.

${ENGINE_USAGE}
  --json                   one JSON list
`;

export const doctorCommand: Command = {
  summary: 'find out whether and how a model can run here',
  usage: USAGE,
  prepare: (args) => {
    const { values } = parseArgs({
      args: [...args],
      options: { ...ENGINE_FLAGS, json: { type: 'boolean', default: false } },
    });
    const wish = engineOptions(values);
    if (wish.remote) throw new RangeError('doctor looks at this machine: leave --endpoint out.');
    return (context) => runDoctor(wish, values.json, context);
  },
};

export interface Finding {
  readonly level: 'ok' | 'warning' | 'failed';
  readonly subject: string;
  readonly text: string;
}

/** Below this, the smallest model and a browser do not fit. */
const MIN_FREE_MEMORY_BYTES = 1e9;
const MIN_FREE_DISK_BYTES = 0.5e9;

async function runDoctor(wish: EngineWish, asJson: boolean, context: CommandContext): Promise<ExitCode> {
  const findings: Finding[] = [];
  const add = (finding: Finding): void => {
    findings.push(finding);
    if (!asJson) console.log(`${finding.level.padEnd(7)}  ${finding.subject.padEnd(8)}  ${finding.text}`);
  };
  const model = wish.model ?? context.defaultModel;
  add(finding('ok', 'Node', process.version));
  add(memoryFinding(freemem(), totalmem()));
  add(await diskFinding());
  add(await modelFinding(model));
  const chromium = findChromium();
  if (!chromium) add(finding('failed', 'Chromium', 'not found: install it, or set CHROMIUM to its path'));
  else await examineBrowser({ ...wish, model }, chromium, context, add);
  if (asJson) console.log(JSON.stringify(findings, null, 2));
  return findings.some(({ level }) => level === 'failed') ? EXIT.failed : EXIT.done;
}

async function examineBrowser(
  options: EngineWish & { readonly model: string },
  chromium: string,
  context: CommandContext,
  add: (finding: Finding) => void,
): Promise<void> {
  let session: BrowserSession | null = null;
  try {
    const scripts = await context.loadPageScripts();
    session = await BrowserSession.open({ options, ortFolder: context.ortFolder, scripts });
    add(finding('ok', 'Chromium', `${session.browserVersion} at ${chromium}`));
    browserFindings(await session.inspect()).forEach(add);
    const { device, deviceReason, dtype } = await session.load(options);
    const { results } = await session.rerank({
      query: 'coldest city',
      documents: ['The coldest city is Yakutsk.'],
      mode: 'instant',
    });
    const score = results[0]?.score;
    if (score === undefined) add(finding('failed', 'verdict', 'the model was loaded, but gave no verdict'));
    else add(finding('ok', 'verdict', `${dtype} on ${device}, one pair judged. ${deviceReason}`));
  } catch (error) {
    add(finding('failed', session ? 'verdict' : 'Chromium', errorMessage(error)));
  } finally {
    await session?.close();
  }
}

/** What a browser's report means for speed. */
export function browserFindings({ adapter, crossOriginIsolated, numProcessors }: BrowserReport): Finding[] {
  const threads = crossOriginIsolated
    ? finding('ok', 'threads', `cross-origin isolated, ${numProcessors} processors`)
    : finding('warning', 'threads', 'not cross-origin isolated: WASM has one thread');
  if (!adapter) return [finding('warning', 'WebGPU', 'no adapter: the CPU does the work'), threads];
  const { name, isSoftware, features, maxBufferBytes } = adapter;
  const known = ['shader-f16', 'subgroups'].map((feature) =>
    features.includes(feature) ? feature : `no ${feature}`,
  );
  const text = `${name || 'an adapter without a name'}, ${known.join(', ')}, buffers up to ${gigabytes(maxBufferBytes)}`;
  return [
    isSoftware
      ? finding('warning', 'WebGPU', `${text}; a software adapter: the CPU is faster without it`)
      : finding('ok', 'WebGPU', text),
    threads,
  ];
}

export function memoryFinding(free: number, total: number): Finding {
  const text = `${gigabytes(free)} of ${gigabytes(total)} free`;
  return finding(free < MIN_FREE_MEMORY_BYTES ? 'warning' : 'ok', 'memory', text);
}

async function diskFinding(): Promise<Finding> {
  const { bavail, bsize } = await statfs(tmpdir());
  const free = bavail * bsize;
  return finding(free < MIN_FREE_DISK_BYTES ? 'warning' : 'ok', 'disk', `${gigabytes(free)} free`);
}

/** A model on another server is checked by the browser, file by file, as it loads. */
export async function modelFinding(model: string): Promise<Finding> {
  try {
    const { folder } = await modelPlace(model);
    if (folder === null) return finding('ok', 'model', `${model}, checked while it is loaded`);
    const manifest = await readManifest(folder);
    const faults = await findFaults(folder, manifest);
    if (faults.length > 0) return finding('failed', 'model', `${folder}: ${faults.join('; ')}`);
    const dtypes = Object.keys(manifest.models).join(', ');
    return finding(
      'ok',
      'model',
      `${folder}, ${dtypes}, ${(totalBytes(manifest) / 1e6).toFixed(1)} MB, checksums right`,
    );
  } catch (error) {
    return finding('failed', 'model', errorMessage(error));
  }
}

function finding(level: Finding['level'], subject: string, text: string): Finding {
  return { level, subject, text };
}

function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(1)} GB`;
}
