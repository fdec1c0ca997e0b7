/** The page that downloads with the limits of a test, and reads hostile folders, in a real worker. */
import { wrap } from 'comlink';
import { installTransferHandlers } from '../../src/protocol/transfer-handlers.ts';
import type { ModelsHarness } from './models.worker.ts';

installTransferHandlers();
const worker = new Worker(new URL('./models.worker.ts', import.meta.url), { type: 'module' });
(globalThis as unknown as { models: unknown }).models = wrap<ModelsHarness>(worker);
