/** Where Chromium keeps its software GPU, SwiftShader, and what loads it. */
import { dirname } from 'node:path';
import { findChromium } from '../../scripts/find-chromium.mjs';

const chromium = findChromium();

export const CHROMIUM_FOLDERS: readonly string[] = [
  '/usr/lib/chromium',
  ...(chromium ? [dirname(chromium)] : []),
];
