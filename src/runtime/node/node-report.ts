/** What Node offers the runtime on this machine, before anything is loaded. */
import type { AdapterReport } from '../../protocol/model-store-api.ts';
import { reportAdapter } from '../gpu-device.ts';
import { nodeHost } from './node-host.ts';

export interface NodeReport {
  /** whether onnxruntime-node can be loaded */
  readonly native: boolean;
  /** whether the package webgpu can be loaded */
  readonly dawn: boolean;
  /** null if there is no GPU, or no way to access it */
  readonly adapter: AdapterReport | null;
  /** the graphics APIs that Dawn found, each with its adapter: "vulkan, NVIDIA L4" */
  readonly backends: readonly string[];
}

export async function reportNode(): Promise<NodeReport> {
  const host = await nodeHost('auto');
  return {
    native: host.cpu === 'cpu',
    dawn: host.gpu !== null,
    adapter: await reportAdapter(host),
    backends: host.gpu ? await dawnBackends() : [],
  };
}

/** Dawn lists its backends only when asked for an adapter that does not exist. */
async function dawnBackends(): Promise<string[]> {
  const { create } = await import('webgpu');
  try {
    await create(['adapter=none of this name']).requestAdapter();
    return [];
  } catch (error) {
    const found = String(error).matchAll(/backend: '(.*?)', name: '(.*?)'/g);
    return [...found].map(([, backend, name]) => `${backend}, ${name}`);
  }
}
