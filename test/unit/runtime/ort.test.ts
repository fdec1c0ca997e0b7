import { expect, test } from 'vitest';
import { loadOrt } from '../../../src/runtime/ort.ts';
import type { Ort } from '../../../src/runtime/runtime-host.ts';

test('two models of one realm take turns at ONNX Runtime', async () => {
  const host = { importOrt: () => Promise.resolve({} as Ort) };
  const [one, other] = [await loadOrt('wasm', host), await loadOrt('wasm', host)];
  const events: string[] = [];
  const call = (name: string) => async () => {
    events.push(`${name} begins`);
    await Promise.resolve();
    events.push(`${name} ends`);
  };
  await Promise.all([one.exclusive(call('one')), other.exclusive(call('other'))]);
  expect(events).toEqual(['one begins', 'one ends', 'other begins', 'other ends']);
});
