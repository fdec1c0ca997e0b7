/** What a form has of the element while a listener of the element's events runs. */
import { afterEach, describe, expect, it } from 'vitest';
import { Reranker } from '../../../src/client/reranker.ts';
import type { Rank1EventMap } from '../../../src/ui/events.ts';
import { Rank1RerankElement } from '../../../src/ui/rank1-rerank/rank1-rerank.ts';
import { FakeWorker } from '../../fakes/fake-worker.ts';
import { SteadyPace } from '../../fakes/pace.ts';
import { ScriptedRerankApi } from '../../fakes/scripted-rerank-api.ts';

interface FormState {
  value: string | null;
  valid: boolean;
}

class ElementInForm extends Rank1RerankElement {
  declare formState: FormState;

  override attachInternals(): ElementInternals {
    const state: FormState = { value: null, valid: true };
    this.formState = state;
    return Object.assign(super.attachInternals(), {
      setFormValue: (value: string | null) => void (state.value = value),
      setValidity: ({ valueMissing = false }: ValidityStateFlags) => void (state.valid = !valueMissing),
    });
  }
}

const api = new ScriptedRerankApi(new SteadyPace(0));
let reranker: Reranker;
afterEach(() => reranker.dispose());

function setUp(): ElementInForm {
  const createWorker = () => new FakeWorker(api).asWorker;
  reranker = new Reranker({ model: 'https://example.test/models/demo/', createWorker });
  const documents = ['a city', 'a coldest city'];
  return Object.assign(new ElementInForm(), { reranker, documents, query: 'coldest city', required: true });
}

/** What a listener of `type` finds. */
function stateAt(element: ElementInForm, type: keyof Rank1EventMap) {
  return new Promise((resolve) => {
    element.addEventListener(type, () =>
      resolve({
        ...element.formState,
        phase: element.getAttribute('phase'),
        paused: element.hasAttribute('paused'),
      }),
    );
  });
}

describe('a form', () => {
  it('can be submitted at rank1-complete', async () => {
    const element = setUp();
    const state = stateAt(element, 'rank1-complete');
    await element.rerank();
    expect(await state).toEqual({ value: element.value, valid: true, phase: 'complete', paused: false });
    expect(JSON.parse(element.value)).toMatchObject({ results: [{ index: 1 }, { index: 0 }] });
  });

  it('has no ranking at rank1-abort and rank1-error if nothing was judged', async () => {
    const element = setUp();
    const [aborted, failed] = [stateAt(element, 'rank1-abort'), stateAt(element, 'rank1-error')];
    const run = element.rerank();
    element.abort();
    await run;
    expect(await aborted).toEqual({ value: null, valid: false, phase: 'aborted', paused: false });
    api.failNextRun = 'model-corrupt';
    await element.rerank();
    expect(await failed).toEqual({ value: null, valid: false, phase: 'failed', paused: false });
  });

  it('has the new threshold at rank1-threshold', async () => {
    const element = setUp();
    await element.rerank();
    const state = stateAt(element, 'rank1-threshold');
    element.threshold = 0.999;
    element.emit('rank1-threshold', { threshold: 0.999 });
    expect(await state).toMatchObject({ value: expect.stringContaining('"threshold":0.999') });
  });

  it('finds the element paused at rank1-pause, and going on at rank1-resume', async () => {
    const element = setUp();
    const [paused, resumed] = [stateAt(element, 'rank1-pause'), stateAt(element, 'rank1-resume')];
    const run = element.rerank();
    element.pause();
    element.resume();
    expect(await paused).toMatchObject({ paused: true });
    expect(await resumed).toMatchObject({ paused: false });
    await run;
  });
});
