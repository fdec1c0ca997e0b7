/** Properties of elements that were set once and are set no more, by an attribute or a framework. */
import type { LitElement } from 'lit';
import { beforeEach, describe, expect, it } from 'vitest';
import { checkLoadOptions } from '../../../src/client/check-arguments.ts';
import { NetworkStateElement } from '../../../src/app/shell/network-state.ts';
import { SiteHeaderElement } from '../../../src/app/shell/site-header.ts';
import { PdfPageElement } from '../../../src/app/triage/pdf-page.ts';
import { TriageAppElement } from '../../../src/app/triage/triage-app.ts';
import { checkRerankOptions } from '../../../src/protocol/run-options.ts';
import { loadOptions, runOptions } from '../../../src/ui/rank1-rerank/run-options.ts';
import { Rank1RerankElement } from '../../../src/ui/rank1-rerank/rank1-rerank.ts';
import { ThinkChainElement } from '../../../src/ui/think-chain/think-chain.ts';

const ATTRIBUTES = Rank1RerankElement.observedAttributes;
const untouched = new Rank1RerankElement();
/** Where nothing is chosen, null and undefined say so. */
const UNSET = { asymmetricMatch: (value: unknown) => value === null || value === undefined };

let element: Rank1RerankElement;

/** What a run, an export and the explainer make of it. */
function outcomeOf(element: Rank1RerankElement) {
  const load = loadOptions(element);
  return {
    load: checkLoadOptions({ ...load, model: new URL(load.model, 'https://page.test').href }),
    options: checkRerankOptions(runOptions(element)),
    explainer: element.acquireExplainer(element.request),
    selection: element.selection,
    threshold: element.effectiveThreshold,
    exported: element.exportAs('jsonl'),
  };
}

beforeEach(() => {
  element = new Rank1RerankElement();
});

describe.each(ATTRIBUTES)('the attribute %s', (attribute) => {
  it('stands for the default again once it is removed', () => {
    const name = attribute.replace(/-(.)/g, (_, letter: string) =>
      letter.toUpperCase(),
    ) as keyof Rank1RerankElement;
    element.attributeChangedCallback(attribute, null, '7');
    expect(element[name]).toEqual(expect.toSatisfy((value) => value !== untouched[name]));
    element.attributeChangedCallback(attribute, '7', null);
    expect(element[name]).toEqual(untouched[name] ?? UNSET);
    expect(outcomeOf(element)).toEqual(outcomeOf(untouched));
  });
});

it.each([
  'query',
  'model',
  'instruction',
  'explainer',
  'device',
  'arithmetic',
  'preset',
  'mode',
  'samples',
  'seed',
] as const)('a property %s that a framework sets to undefined or null is not set', (name) => {
  for (const value of [undefined, null]) {
    Object.assign(element, { [name]: value });
    expect(outcomeOf(element)).toEqual(outcomeOf(untouched));
  }
});

it('an empty model is the default one', () => {
  element.model = '';
  expect(loadOptions(element)).toEqual(loadOptions(untouched));
});

it.each(['temperature', 'seed'])(
  'the attribute %s of sampled chains is not set once it is removed',
  (attribute) => {
    element.samples = 3;
    element.attributeChangedCallback(attribute, '1', null);
    expect(runOptions(element)).toEqual({ samples: 3 });
  },
);

it.each([undefined, null])('a question of %s is missing, like a blank one', async (query) => {
  Object.assign(element, { query, documents: ['tea'] });
  expect(await element.rerank()).toBeNull();
  expect(element.notice).toBe('blank-query');
});

it.each([undefined, null])(
  'documents of %s are none, in a run, a form and on the page',
  async (documents) => {
    class Rendered extends Rank1RerankElement {
      show() {
        this.willUpdate();
        return this.render();
      }
    }
    const unset = Object.assign(new Rendered(), { query: 'tea', documents: ['tea'] });
    unset.show();
    Object.assign(unset, { documents });
    unset.show();
    expect(unset.results).toEqual([]);
    expect(await unset.rerank()).toBeNull();
    expect(unset.notice).toBe('no-documents');
    unset.formResetCallback();
    expect(unset.notice).toBeNull();
  },
);

const OTHERS = [ThinkChainElement, SiteHeaderElement, NetworkStateElement, TriageAppElement, PdfPageElement];

it.each(OTHERS.map((Element) => ({ name: Element.name, Element })))(
  'attributes of $name stand for their defaults again once they are removed',
  ({ Element }) => {
    const other = new Element();
    const before = valuesOf(other);
    for (const attribute of Element.observedAttributes) {
      other.attributeChangedCallback(attribute, null, '7');
      other.attributeChangedCallback(attribute, '7', null);
    }
    expect(valuesOf(other)).toEqual(before);
  },
);

function valuesOf(element: LitElement): Record<string, unknown> {
  const { elementProperties } = element.constructor as typeof LitElement;
  return Object.fromEntries([...elementProperties.keys()].map((name) => [name, Reflect.get(element, name)]));
}
