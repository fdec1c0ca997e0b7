/** The machine of the figures. No host name, user or path. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly os: string;
  readonly node: string;
  readonly commit: string;
  readonly versions: Readonly<Record<string, string>>;
}

const PACKAGES = ['onnxruntime-web', '@huggingface/transformers', '@wllama/wllama', 'playwright'];

export function describeMachine(root: string): Machine {
  const version = (name: string) =>
    (
      JSON.parse(readFileSync(path.join(root, 'node_modules', name, 'package.json'), 'utf8')) as {
        version: string;
      }
    ).version;
  return {
    cpu: cpuModel(),
    cores: os.availableParallelism(),
    memoryGiB: Math.round(os.totalmem() / 2 ** 30),
    os: `${os.type()} ${os.release()} ${os.arch()}`,
    node: process.version,
    commit: commit(root),
    versions: Object.fromEntries(PACKAGES.map((name) => [name, version(name)])),
  };
}

/** A virtual machine's model name may say little; family, model and vector units then say more. */
function cpuModel(): string {
  const name = os.cpus()[0]?.model ?? 'unknown';
  try {
    const info = readFileSync('/proc/cpuinfo', 'utf8');
    const field = (key: string) => new RegExp(`^${key}\\s*: (.*)$`, 'm').exec(info)?.[1] ?? '';
    const flags = field('flags').split(' ');
    const units = ['avx2', 'avx512f', 'avx512_vnni', 'amx_int8'].filter((flag) => flags.includes(flag));
    return `${name} (family ${field('cpu family')}, model ${field('model')}; ${units.join(', ')})`;
  } catch {
    return name;
  }
}

function commit(root: string): string {
  try {
    const run = (...args: string[]) => execFileSync('git', args, { cwd: root, encoding: 'utf8' }).trim();
    const dirty =
      run('status', '--porcelain', '--', 'src', 'workers') === '' ? '' : ' with uncommitted changes in src';
    return run('rev-parse', '--short', 'HEAD') + dirty;
  } catch {
    return 'unknown';
  }
}
