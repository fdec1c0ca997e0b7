/** `rank1-rerank doctor`: checks whether and how well a model runs here; prints one line per finding. */
import { statfs } from 'node:fs/promises';
import { availableParallelism, freemem, tmpdir, totalmem } from 'node:os';
import { parseArgs } from 'node:util';
import { errorMessage } from '../../base/errors.ts';
import { EXIT, type Command, type CommandContext, type ExitCode } from '../command.ts';
import { ENGINE_FLAGS, ENGINE_USAGE, engineOptions, type RequestedEngine } from '../engine/engine-options.ts';
import { modelPlace } from '../engine/model-place.ts';
import { openEngine } from '../engine/open-engine.ts';
import { deviceNote, type RerankEngine } from '../engine/rerank-engine.ts';
import { findFaults, readManifest, totalBytes } from '../models/model-folder.ts';
import { reportNode, type NodeReport } from '../../runtime/node/node-report.ts';

const USAGE = `rank1-rerank doctor [options]

  Checks what a model needs: memory, disk, the model's files, native code, WebGPU; then loads the model and judges one
  pair. With --device webgpu, also lists the GPU's features and limits. Exit code 0 if it works (even with warnings),
  1 if it does not.

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
    const requested = engineOptions(values);
    if (requested.remote) throw new RangeError('doctor checks this machine: leave --endpoint out.');
    return (context) => runDoctor(requested, values.json, context);
  },
};

export interface Finding {
  readonly level: 'ok' | 'warning' | 'failed';
  readonly subject: string;
  readonly text: string;
}

/** Enough for the smallest model. */
const MIN_FREE_MEMORY_BYTES = 1e9;
const MIN_FREE_DISK_BYTES = 0.5e9;

async function runDoctor(
  requested: RequestedEngine,
  asJson: boolean,
  context: CommandContext,
): Promise<ExitCode> {
  const findings: Finding[] = [];
  const add = (finding: Finding): void => {
    findings.push(finding);
    if (!asJson) console.log(`${finding.level.padEnd(7)}  ${finding.subject.padEnd(8)}  ${finding.text}`);
  };
  const model = requested.model ?? context.defaultModel;
  add(finding('ok', 'Node', process.version));
  add(memoryFinding(freemem(), totalmem()));
  add(await diskFinding());
  add(await modelFinding(model));
  const report = await reportNode();
  nodeFindings(report, requested.device === 'webgpu').forEach(add);
  add(await verdictFinding(requested, context));
  if (asJson) console.log(JSON.stringify(findings, null, 2));
  return findings.some(({ level }) => level === 'failed') ? EXIT.failed : EXIT.done;
}

async function verdictFinding(requested: RequestedEngine, context: CommandContext): Promise<Finding> {
  let engine: RerankEngine | null = null;
  try {
    engine = await openEngine(requested, context);
    const model = await engine.load();
    const { results } = await engine.rerank({
      query: 'coldest city',
      documents: ['The coldest city is Yakutsk.'],
      reasons: 'none',
    });
    return results.length > 0
      ? finding(
          'ok',
          'verdict',
          [`${model.dtype} on ${model.device}, one pair judged.`, deviceNote(model)]
            .filter(Boolean)
            .join(' '),
        )
      : finding('failed', 'verdict', 'the model was loaded, but gave no verdict');
  } catch (error) {
    return finding('failed', 'verdict', errorMessage(error));
  } finally {
    await engine?.close();
  }
}

/** Available backends, and packages that would add one. @param inFull include all GPU features and limits */
export function nodeFindings({ native, dawn, adapter, backends }: NodeReport, inFull: boolean): Finding[] {
  const cpu = native
    ? finding('ok', 'CPU', `${availableParallelism()} processors, native code (onnxruntime-node)`)
    : finding('warning', 'CPU', 'WASM; for native code: npm install onnxruntime-node');
  if (!dawn) return [cpu, finding('warning', 'WebGPU', 'not looked for; for a GPU: npm install webgpu')];
  if (!adapter) return [cpu, finding('warning', 'WebGPU', 'no adapter: the CPU does the work')];
  const { vendor, architecture, description, software, features, limits } = adapter;
  const name = [vendor, architecture, description].filter(Boolean).join(' ') || 'an adapter without a name';
  const known = ['shader-f16', 'subgroups'].map((feature) =>
    features.includes(feature) ? feature : `no ${feature}`,
  );
  const buffers = `buffers up to ${gigabytes(limits['maxBufferSize'] ?? 0)}`;
  const text = [name, ...known, buffers].join(', ');
  const gpu = software
    ? finding('warning', 'WebGPU', `${text}; a software adapter: the CPU is faster without it`)
    : finding('ok', 'WebGPU', text);
  if (!inFull) return [cpu, gpu];
  return [
    cpu,
    gpu,
    finding('ok', 'backends', backends.join('; ')),
    finding('ok', 'features', features.join(' ')),
    finding(
      'ok',
      'limits',
      Object.entries(limits)
        .map(([limit, value]) => `${limit} ${value}`)
        .join(', '),
    ),
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

/** A model on a server is checked file by file as it loads. */
export async function modelFinding(model: string | null): Promise<Finding> {
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
