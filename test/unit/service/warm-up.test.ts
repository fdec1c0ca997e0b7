import { describe, expect, test } from 'vitest';
import { Rank1Error } from '../../../src/base/errors.ts';
import type { LoadProgress, RerankUpdate } from '../../../src/protocol/rerank-api.ts';
import type { LoadedRuntime } from '../../../src/service/rerank/loaded-runtime.ts';
import { RerankService } from '../../../src/service/rerank/rerank-service.ts';
import { warmedUp } from '../../../src/service/rerank/warm-up.ts';
import { ScriptedRuntime, type ScriptedRuntimeOptions } from '../../fakes/scripted-runtime.ts';

const MODEL = { model: 'https://models.test/a/', device: 'auto' } as const;
const ignore = (): void => undefined;

/** Every update of a run on the runtime. */
async function updatesOf(runtime: LoadedRuntime): Promise<RerankUpdate[]> {
  const service = new RerankService(() => Promise.resolve(runtime));
  await service.load(MODEL, ignore);
  const updates: RerankUpdate[] = [];
  const documents = ['Green tea.', 'Coffee.', 'Black tea.'].map((text) => ({ text }));
  await service.rerank({ query: 'What is tea?', documents, options: { maxSlots: 2 } }, (sent) =>
    updates.push(...sent),
  );
  return updates;
}

const stepsOf = ({ runners }: ScriptedRuntime): (readonly (string | number | undefined)[])[][] =>
  runners.map(({ plans }) =>
    plans.map((plan) =>
      plan.kind === 'prefill'
        ? [plan.kind, plan.rows.length, plan.numPrefixTokens]
        : [plan.kind, plan.rows.length],
    ),
  );

describe('warming up', () => {
  test('runs rows behind a prefix, as many rows as runs have, and one alone, and leaves no runner behind', async () => {
    const runtime = new ScriptedRuntime();
    const stages: LoadProgress['stage'][] = [];
    expect(await warmedUp(runtime, ({ stage }) => stages.push(stage))).toBe(runtime);
    expect(stages).toEqual(['warm-up']);
    expect(stepsOf(runtime)).toEqual([
      [
        ['prefill', 2, 2],
        ['prefill', 14, 0],
        ['decode', 16],
        ['decode', 1],
      ],
    ]);
    expect(runtime.runners[0]?.disposed).toBe(true);
    expect(runtime.numDisposed).toBe(0);
  });

  test.each([
    [
      1,
      [
        ['prefill', 1, 2],
        ['decode', 1],
        ['decode', 1],
      ],
    ],
    [
      3,
      [
        ['prefill', 2, 2],
        ['prefill', 1, 0],
        ['decode', 3],
        ['decode', 1],
      ],
    ],
  ])('takes the %i rows that the device has room for', async (maxSlots, steps) => {
    class SmallRuntime extends ScriptedRuntime {
      override createRunner(options: Parameters<ScriptedRuntime['createRunner']>[0]) {
        return super.createRunner({ ...options, maxSlots });
      }
    }
    const runtime = new SmallRuntime();
    await warmedUp(runtime, ignore);
    expect(stepsOf(runtime)).toEqual([steps]);
  });

  test('changes nothing of the run that follows', async () => {
    const warm = await warmedUp(new ScriptedRuntime(), ignore);
    expect(await updatesOf(warm)).toEqual(await updatesOf(new ScriptedRuntime()));
  });

  test('fits a model whose context is shorter than its usual capacity', async () => {
    const runtime = new ScriptedRuntime({ maxPositions: 8 });
    await warmedUp(runtime, ignore);
    expect(runtime.runners[0]?.maxLength).toBe(8);
  });

  test('stops where the prefill has no numbers, for the run to tell of it', async () => {
    const runtime = new ScriptedRuntime({ scriptOf: () => ({ chain: '', logits: [NaN, NaN] }) });
    await warmedUp(runtime, ignore);
    expect(stepsOf(runtime)).toEqual([[['prefill', 2, 2]]]);
  });

  test.each([0, 1, 2, 3])(
    'that fails at step %i fails the load with that error, and keeps nothing',
    async (step) => {
      const fault = new Rank1Error('device-lost', 'The GPU is gone.');
      const beforeStep: ScriptedRuntimeOptions['beforeStep'] = (_plan, index) => {
        if (index === step) throw fault;
      };
      const runtime = new ScriptedRuntime({ beforeStep });
      await expect(warmedUp(runtime, ignore)).rejects.toBe(fault);
      expect(runtime.runners[0]?.disposed).toBe(true);
      expect(runtime.numDisposed).toBe(1);
    },
  );
});
