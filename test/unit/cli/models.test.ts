import { fileURLToPath } from 'node:url';
import { afterEach, expect, it, vi } from 'vitest';
import { modelsCommand } from '../../../src/cli/models/models-command.ts';

const MODEL = fileURLToPath(new URL('../../fixtures/demo-model', import.meta.url));

afterEach(() => vi.restoreAllMocks());

it('models leaves out a default model at an address, says so, and lists the folders that are named', async () => {
  const printed = vi.spyOn(console, 'log').mockImplementation(() => undefined);
  const told = vi.spyOn(console, 'error').mockImplementation(() => undefined);
  const context = {
    version: '0',
    defaultModel: 'https://host/m',
    packageFolder: '',
    engineThread: new URL('file:///'),
  };
  await modelsCommand.prepare(['--json', MODEL])(context);
  expect(JSON.parse(String(printed.mock.calls[0]![0]))).toMatchObject([
    { name: 'demo-model', folder: MODEL },
  ]);
  expect(told.mock.calls.flat().join('\n')).toContain('https://host/m');
});
