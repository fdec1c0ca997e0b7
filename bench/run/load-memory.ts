/**
 * Peak memory of a load on a CPU, planned and measured, for each arithmetic in its own process. Linux only.
 * Measured: the highest resident set above the one before the load; weight files and WASM memory count as the load's.
 * `stored` is what a device without the memory for either falls back to.
 *
 *   npx tsx bench/run/load-memory.ts [demo|shapes-135m|shapes-0.5b] [wasm|cpu]
 */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { readModelInNode } from '../../scripts/load-model-in-node.ts';
import { expandModel } from '../../src/convert/expand/expand-model.ts';
import { ModelRuntime, type PrepareFiles } from '../../src/runtime/model-runtime.ts';
import { nodeHost } from '../../src/runtime/node/node-host.ts';
import { prepareModel, type ModelName } from './models.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const FORMS = ['stored', 'exact', 'fast'] as const;
type Device = 'wasm' | 'cpu';

async function main([model = 'shapes-135m', device = 'wasm', form]: readonly string[]): Promise<void> {
  if (form) return measure(model, device as Device, form);
  for (const name of new Set(['demo', model])) await prepareModel(ROOT, name as ModelName, 'q4');
  for (const name of FORMS) {
    const args = ['--expose-gc', '--import', 'tsx', fileURLToPath(import.meta.url), model, device, name];
    process.stdout.write(execFileSync(process.execPath, args, { cwd: ROOT, encoding: 'utf8' }));
  }
}

async function measure(model: string, device: Device, form: string): Promise<void> {
  const memories = watchWasmMemories();
  const host = await nodeHost(device, 1);
  const load = (name: string) => {
    const files = readModelInNode(path.join(ROOT, 'dist-bench-models', name, 'rank1'), 'q4');
    const preference = form === 'fast' ? 'fast' : 'exact';
    const prepare: PrepareFiles = (files, chosen) =>
      expandModel(files, { preference, ...chosen, ...(form === 'stored' && { memoryGib: 0 }) });
    return { files, run: () => ModelRuntime.load(device, files, host, prepare) };
  };
  // Compiled code is none of the model's: a small model's load has it compiled.
  await (await load('demo').run()).dispose();
  const { files, run } = load(model);
  const fileBytes = files.externalData.reduce((sum, { data }) => sum + (data as Uint8Array).byteLength, 0);
  globalThis.gc?.();
  // Makes the present resident set the peak.
  writeFileSync('/proc/self/clear_refs', '5');
  const before = residentBytes('VmRSS') - fileBytes - wasmBytes(memories);
  const startedAt = performance.now();
  const { plan } = await run();
  const seconds = (performance.now() - startedAt) / 1000;
  const measured = residentBytes('VmHWM') - before;
  const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(0)} MB`;
  const planned = plan.peakBytes ?? NaN;
  console.log(
    `${model} ${device} ${form} (${plan.form}): planned ${megabytes(planned)}, measured ${megabytes(measured)}, ` +
      `ratio ${(measured / planned).toFixed(2)}, WASM memory ${megabytes(wasmBytes(memories))}; ${seconds.toFixed(1)} s`,
  );
  process.exit(0);
}

/** The memories that are made from now on. */
function watchWasmMemories(): WebAssembly.Memory[] {
  const memories: WebAssembly.Memory[] = [];
  WebAssembly.Memory = new Proxy(WebAssembly.Memory, {
    construct(target, [descriptor]: [WebAssembly.MemoryDescriptor]) {
      const memory = new target(descriptor);
      memories.push(memory);
      return memory;
    },
  });
  return memories;
}

/** What is resident of them: the mapping is known by its size. */
function wasmBytes(memories: readonly WebAssembly.Memory[]): number {
  const mappings = readFileSync('/proc/self/smaps', 'utf8').split(/\n(?=[0-9a-f]+-[0-9a-f]+ )/);
  const field = (text: string, name: string) =>
    Number(new RegExp(`^${name}: +(\\d+) kB`, 'm').exec(text)?.[1]) * 1024;
  return memories.reduce((sum, { buffer }) => {
    const mapping = mappings.find((text) => field(text, 'Size') === buffer.byteLength);
    return sum + (mapping ? field(mapping, 'Rss') : 0);
  }, 0);
}

/** Of this process. */
function residentBytes(field: 'VmRSS' | 'VmHWM'): number {
  const line = new RegExp(`${field}:\\s+(\\d+) kB`).exec(readFileSync('/proc/self/status', 'utf8'));
  return Number(line?.[1]) * 1024;
}

await main(process.argv.slice(2));
