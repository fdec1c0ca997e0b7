/**
 * Each fault at each stage of a run, in real workers: none may lose or change a verdict, ask for one twice, or leave a row
 * of the scripted model behind. One page for all; cases run side by side, each with workers of its own. The load is
 * scripted, too: its stages are four points in it. How long silence may last: test/unit/client/watchdog.test.ts.
 */
import { expect, test, type Page } from '@playwright/test';
import {
  LOAD_STAGES,
  RUN_STAGES,
  type FaultPlan,
  type WorkerFault,
  type PageEvent,
} from '../fakes/fault-plan.ts';
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
    expect.soft(numDocuments ?? numUndecided, `${name}: no verdict is asked for twice`).toBe(numUndecided);
  expect.soft(outcome.summary, name).toEqual({ numFinished: 8, aborted: false });
  expect.soft(outcome.numAlive, name).toBe(1);
  expect.soft(outcome.numBytes, name).toBe(0);
}

for (const fault of FATAL) {
  test(`${fault}, once at any of ${STAGES.length} stages, changes no verdict`, async () => {
    for (const [stage, outcome] of await runAtStages(fault, STAGES)) {
      expectWhole(outcome, `${fault} at ${stage}`);
      expect.soft(outcome.numWorkers, stage).toBe(2);
      expect.soft(outcome.states, stage).toContain('recovering');
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

test('dispose at any stage ends the call and the worker', async () => {
  for (const [stage, outcome] of await runAtStages('dispose', STAGES)) {
    expect.soft(outcome.error?.message, stage).toContain('disposed');
    expect.soft(outcome.numAlive, stage).toBe(0);
  }
});

test('abort, dispose, pause and another run find a run that recovers', async () => {
  const plans: FaultCase['plans'] = [{ stage: 'decode', fault: 'device-lost' }];
  const [aborted, disposed, paused, replaced] = await Promise.all(
    (['abort', 'dispose', 'pause', 'rerank'] as const).map((whileRecovering) =>
      runCase({ plans, whileRecovering }),
    ),
  );
  expect(aborted).toMatchObject({ error: null, summary: { aborted: true, numFinished: 0 } });
  expect(disposed?.error?.message).toContain('disposed');
  expect(disposed?.numAlive).toBe(0);
  expectWhole(paused as FaultOutcome, 'paused');
  expect(replaced).toMatchObject({ error: null, summary: { aborted: true } });
});
