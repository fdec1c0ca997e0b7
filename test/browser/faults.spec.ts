/**
 * Each fault at each stage of a run, in real workers: none may lose or change a verdict, ask for one twice, or leave a row
 * of the scripted model behind. One page for all; cases run side by side, each with workers of its own. How long silence
 * lasts until it counts, to the millisecond: test/unit/base/async.test.ts. Here what is told of a failure shows what
 * found it: silence by the limit of its stage, everything else by itself.
 */
import { expect, test, type Page } from '@playwright/test';
import {
  FAULT_TIMES,
  LOAD_STAGES,
  RUN_STAGES,
  type FaultPlan,
  type Stage,
  type WorkerFault,
  type PageEvent,
} from '../fakes/fault-plan.ts';
import { IS_FULL } from '../tier.ts';
import type { FaultCase, FaultHarness, FaultOutcome } from '../harness/faults.ts';

const STAGES = [...LOAD_STAGES, ...RUN_STAGES];

/** Faults after which a fresh worker takes over. */
const FATAL: readonly (WorkerFault | PageEvent)[] = [
  'device-lost',
  'out-of-memory',
  'run-failed',
  'crash',
  'close',
  'hang',
  'spin',
  'unreadable',
];
/** Nothing tells of these but that nothing comes any more. */
const SILENT: readonly (WorkerFault | PageEvent)[] = ['close', 'hang', 'spin'];
/** Silence takes long to count. */
const stagesOf = (fault: WorkerFault | PageEvent): readonly Stage[] =>
  STAGES.filter((_, place) => IS_FULL || !SILENT.includes(fault) || place % 3 === 0);
const HOLDS: readonly PageEvent[] = ['freeze', 'hide', 'pause'];

let page: Page;
let undisturbed: FaultOutcome;

test.beforeAll(async ({ browser }) => {
  page = await browser.newPage();
  await page.goto('./test/harness/faults.html');
  await page.waitForFunction(() => 'faults' in globalThis);
  undisturbed = await runCase({ plans: [] });
  expect(undisturbed).toMatchObject({ error: null, numWorkers: 1, numBytes: 0 });
  expect(undisturbed.verdicts).not.toContain(null);
});

test.afterAll(() => page.close());

function runCase(faultCase: FaultCase): Promise<FaultOutcome> {
  return page.evaluate(
    (sent) => (globalThis as unknown as { faults: FaultHarness }).faults.runFaultCase(sent),
    faultCase,
  );
}

/** The same fault at several stages, side by side. */
async function runAtStages(
  fault: FaultPlan['fault'],
  stages: readonly FaultPlan['stage'][],
  numTimes = 1,
): Promise<[FaultPlan['stage'], FaultOutcome][]> {
  return Promise.all(
    stages.map(async (stage): Promise<[FaultPlan['stage'], FaultOutcome]> => {
      const plans = Array.from({ length: numTimes }, () => ({ stage, fault }));
      return [stage, await runCase({ plans })];
    }),
  );
}

function expectWhole(outcome: FaultOutcome, name: string): void {
  expect.soft(outcome.error, name).toBeNull();
  expect.soft(outcome.verdicts, name).toEqual(undisturbed.verdicts);
  for (const { numDocuments, numUndecided } of outcome.asked)
    expect.soft(numDocuments, `${name}: no verdict is asked for twice`).toBeLessThanOrEqual(numUndecided);
  expect.soft(outcome.summary, name).toEqual({ numFinished: 8, aborted: false });
  expect.soft(outcome.numAlive, name).toBe(1);
  expect.soft(outcome.numBytes, name).toBe(0);
}

/** What tells of a fault, as the person reads it. */
function newsOf(fault: WorkerFault | PageEvent, stage: Stage): RegExp {
  // The download has a limit of its own: a body that brings nothing is given up.
  if (fault === 'hang' && stage === 'download') return /broke off \(nothing came any more\)/;
  const isLoad = (LOAD_STAGES as readonly Stage[]).includes(stage);
  const limitMs = isLoad ? FAULT_TIMES.silentLoadMs : FAULT_TIMES.silentRunMs;
  if (SILENT.includes(fault)) return new RegExp(`has not answered for ${limitMs / 1000} seconds`);
  if (fault === 'unreadable') return /could not be read/;
  return fault === 'crash' ? /stopped.*a fault of the engine/ : /It broke, as planned/;
}

for (const fault of FATAL) {
  test(`${fault}, once at any of ${stagesOf(fault).length} stages, changes no verdict`, async () => {
    for (const [stage, outcome] of await runAtStages(fault, stagesOf(fault))) {
      expectWhole(outcome, `${fault} at ${stage}`);
      expect.soft(outcome.numWorkers, stage).toBe(2);
      expect.soft(outcome.failures, stage).toHaveLength(1);
      expect.soft(outcome.failures[0]?.message, stage).toMatch(newsOf(fault, stage));
    }
  });
}

for (const fault of ['network', 'storage'] as const) {
  test(`${fault}, once while the model loads, is tried again`, async () => {
    for (const [stage, outcome] of await runAtStages(fault, LOAD_STAGES))
      expectWhole(outcome, `${fault} at ${stage}`);
  });
}

test('a row without numbers is judged once more in a fresh worker', async () => {
  for (const [stage, outcome] of await runAtStages('no-numbers', RUN_STAGES)) {
    expectWhole(outcome, `no numbers at ${stage}`);
    expect.soft(outcome.numWorkers, stage).toBe(2);
  }
});

for (const event of HOLDS) {
  test(`${event} at any stage changes no verdict and needs no second worker`, async () => {
    for (const [stage, outcome] of await runAtStages(event, STAGES)) {
      expectWhole(outcome, `${event} at ${stage}`);
      if (stage === 'prefill') expect.soft(outcome.states, stage).toContain('paused');
      expect.soft(outcome.numWorkers, stage).toBe(1);
    }
  });
}

test('three failures in a row stop with a sentence that says what to do, and keep no worker', async () => {
  const stages = [...LOAD_STAGES, 'prefill', 'decode'] as const;
  for (const [stage, outcome] of await runAtStages('device-lost', stages, 3)) {
    expect.soft(outcome.error?.code, stage).toBe('device-lost');
    expect.soft(outcome.error?.message, stage).toMatch(/3 times in a row.*kept.*Close other pages/);
    expect.soft(outcome.numWorkers, stage).toBe(3);
    expect.soft(outcome.numAlive, stage).toBe(0);
  }
});

test('each time memory runs out, the next worker gets half the rows, and the CPU in the end', async () => {
  const plans: FaultPlan[] = [
    { stage: 'prefill', fault: 'out-of-memory' },
    { stage: 'prefill', fault: 'out-of-memory' },
  ];
  const outcome = await runCase({ plans });
  expect(outcome.error).toBeNull();
  expect(outcome.verdicts).toEqual(undisturbed.verdicts);
  expect(outcome.asked.map(({ device, maxSlots }) => [device, maxSlots])).toEqual([
    ['auto', 3],
    ['auto', 1],
    ['wasm', 1],
  ]);
});

test('a fault behind every verdict delays the run and ends it whole', async () => {
  for (const [stage, outcome] of await runAtStages('device-lost', ['verdict'], 100))
    expectWhole(outcome, stage);
});

test('verdicts that were given before the last failure are kept', async () => {
  const fatal = (stage: FaultPlan['stage']): FaultPlan => ({ stage, fault: 'crash' });
  const outcome = await runCase({ plans: [fatal('verdict'), fatal('prefill'), fatal('prefill')] });
  expect(outcome.error?.code).toBe('worker-failed');
  const given = outcome.verdicts.filter((verdict) => verdict !== null);
  expect(given.length).toBeGreaterThan(0);
  outcome.verdicts.forEach((verdict, index) => {
    if (verdict !== null) expect(verdict).toBe(undisturbed.verdicts[index]);
  });
});

test('abort at any stage ends the run, with the verdicts it had', async () => {
  for (const [stage, outcome] of await runAtStages('abort', RUN_STAGES)) {
    expect.soft(outcome.error, stage).toBeNull();
    expect.soft(outcome.summary?.aborted, stage).toBe(true);
    expect.soft(outcome.numBytes, stage).toBe(0);
  }
});

test('abort of a run whose step does not end ends it with its worker, after the time that is stated', async () => {
  // No other limit could.
  const faultTimes = { silentRunMs: 1e9 };
  for (const stage of RUN_STAGES) {
    const outcome = await runCase({ plans: [{ stage, fault: 'abort-stuck' }], faultTimes });
    expect.soft(outcome.error, stage).toBeNull();
    expect.soft(outcome.summary?.aborted, stage).toBe(true);
    expect.soft(outcome.numAlive, stage).toBe(0);
    if (stage === 'verdict') expect.soft(outcome.verdicts.some(Boolean), stage).toBe(true);
  }
});

test('a file that was damaged on its way is not loaded, and not asked for again', async () => {
  const outcome = await runCase({ plans: [{ stage: 'download', fault: 'damaged' }] });
  expect(outcome.error).toMatchObject({
    code: 'model-corrupt',
    message: expect.stringMatching(/onnx_data.*checksum/) as unknown,
  });
  expect(outcome).toMatchObject({ numWorkers: 1, failures: [] });
  expect(outcome.verdicts.every((verdict) => verdict === null)).toBe(true);
});

test('dispose at any stage ends the call and the worker', async () => {
  for (const [stage, outcome] of await runAtStages('dispose', STAGES)) {
    expect.soft(outcome.error?.message, stage).toContain('disposed');
    expect.soft(outcome.numAlive, stage).toBe(0);
  }
});

test('abort, dispose, pause and another run find a run that recovers', async () => {
  const plans: FaultCase['plans'] = [{ stage: 'decode', fault: 'device-lost' }];
  const [aborted, disposed, paused, followed] = await Promise.all(
    (['abort', 'dispose', 'pause', 'rerank'] as const).map((whileRecovering) =>
      runCase({ plans, whileRecovering }),
    ),
  );
  expect(aborted).toMatchObject({ error: null, summary: { aborted: true, numFinished: 0 } });
  expect(disposed?.error?.message).toContain('disposed');
  expect(disposed?.numAlive).toBe(0);
  expectWhole(paused as FaultOutcome, 'paused');
  expectWhole(followed as FaultOutcome, 'followed by another');
});
