/** The demo page's element, asked for a ranking in a worker that can be made to fail, and what came of it. */
import { expect, type Page } from '@playwright/test';
import type { RunState } from '../../src/client/run-state.ts';
import type { ArithmeticPreference, DevicePreference } from '../../src/protocol/rerank-api.ts';
import { armFault, injectFaults, type ArmedFault } from './worker-faults.ts';

export interface RunOptions {
  readonly device: DevicePreference;
  /** its path on the server; the demo model when left out */
  readonly model?: string | undefined;
  readonly arithmetic?: ArithmeticPreference;
  /** Strikes once, at the first token of a chain. */
  readonly fault?: ArmedFault;
  /** of the two documents; 1 when left out */
  readonly numCopies?: number;
  /** 3 when left out */
  readonly maxNewTokens?: number;
}

export interface RunOutcome {
  readonly states: readonly RunState['type'][];
  readonly codes: readonly string[];
  readonly error: string | null;
  readonly verdicts: readonly unknown[];
  readonly chains: readonly string[];
  /** what the model that ran last says of its arithmetic */
  readonly arithmetic: string | undefined;
}

/**
 * @param address of the site; the page's own context knows it when left out
 * @param memoryGib that the worker believes the machine has
 */
export async function open(page: Page, address = './', memoryGib?: number): Promise<void> {
  await injectFaults(page, memoryGib);
  await page.goto(address);
  await expect(page.locator('rank1-ranked-results li')).toHaveCount(14);
}

export async function rerank(page: Page, options: RunOptions): Promise<RunOutcome> {
  if (options.fault) await armFault(page, options.fault);
  return page.evaluate(
    async ({ device, model, arithmetic = 'auto', numCopies = 1, maxNewTokens = 3 }): Promise<RunOutcome> => {
      const element = document.querySelector('rank1-rerank')!;
      element.device = device;
      element.arithmetic = arithmetic;
      if (model) element.model = model;
      element.maxNewTokens = maxNewTokens;
      const documents = ['The coldest city is Yakutsk.', 'Bread is baked from flour, water, yeast and salt.'];
      element.documents = Array.from({ length: numCopies }, () => documents).flat();
      const states: RunState[] = [];
      let error: string | null = null;
      const listening = new AbortController();
      const { signal } = listening;
      element.addEventListener('rank1-state', ({ detail }) => states.push(detail), { signal });
      element.addEventListener('rank1-error', ({ detail }) => (error = detail.error.message), { signal });
      await element.rerank();
      listening.abort();
      const results = [...element.results].sort((a, b) => a.index - b.index);
      const ran = states.findLast((state) => state.type === 'running');
      return {
        arithmetic: ran?.model.arithmeticReason,
        states: states.map(({ type }) => type),
        codes: states.flatMap((state) => (state.type === 'recovering' ? [state.code] : [])),
        error,
        verdicts: results.map(({ verdict }) => verdict),
        chains: results.map(({ reasoning }) => reasoning),
      };
    },
    options,
  );
}
