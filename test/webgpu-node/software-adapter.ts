/** A GPU that the CPU imitates, for tests in Node: SwiftShader, which comes with Chromium, or what VK_ICD_FILENAMES names. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { nodeHost } from '../../src/runtime/node/node-host.ts';
import type { RuntimeHost } from '../../src/runtime/runtime-host.ts';
import { CHROMIUM_FOLDERS } from './chromium-folders.ts';

const DRIVER = 'vk_swiftshader_icd.json';

/** @throws where there is no driver: a test that needs one does not pass without */
export async function softwareHost(): Promise<RuntimeHost> {
  // V8's optimizing compiler needs a minute for one function of the runtime, which gains nothing here.
  setFlagsFromString('--no-wasm-tier-up --no-wasm-dynamic-tiering');
  const driver = CHROMIUM_FOLDERS.map((folder) => join(folder, DRIVER)).find(existsSync);
  // Read by the Vulkan loader when Dawn starts it.
  if (driver) process.env['VK_ICD_FILENAMES'] ??= driver;
  const host = await nodeHost('webgpu');
  if (await host.gpu?.requestAdapter()) return host;
  throw new Error(
    `no Vulkan driver: ${DRIVER} was looked for in ${CHROMIUM_FOLDERS.join(', ')}; VK_ICD_FILENAMES can name one`,
  );
}
