/** What Cancel and Delete do to the models that are stored. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { ModelsPageElement } from '../../../../src/app/models/models-page.ts';
import { withResolvers } from '../../../../src/base/async.ts';
import type { StoredModel } from '../../../../src/protocol/model-store-api.ts';
import { eventually } from '../../../fakes/eventually.ts';
import { FakeWorker } from '../../../fakes/fake-worker.ts';
import { DEVICE_WITHOUT_GPU } from '../../../fakes/model-facts.ts';
import { markupOf, pressIn } from '../../../fakes/template-parts.ts';

class PageInTest extends ModelsPageElement {
  get markup(): string {
    return markupOf(this.render());
  }

  press(label: string): void {
    pressIn(this.render(), label);
  }
}

/** A model with an unfinished download. */
const modelWith = (...dtypes: string[]): StoredModel => ({
  name: 'm',
  address: 'opfs:m',
  dtypes,
  bytes: 1,
  storage: 'disk',
  unfinished: { url: 'https://models.test/m/', dtype: 'fp32', loadedBytes: 1, totalBytes: 2 },
});

let page: PageInTest;
let stored: readonly StoredModel[];
let removed: string[];
let download: PromiseWithResolvers<StoredModel>;
/** What happens to a download that is to be stopped. */
let onPause: () => void;

beforeEach(() => {
  removed = [];
  download = withResolvers();
  onPause = () => download.reject(new DOMException('It was stopped.', 'AbortError'));
  const api = {
    device: () => Promise.resolve(DEVICE_WITHOUT_GPU),
    list: () => Promise.resolve(stored),
    download: () => download.promise,
    pause: () => onPause(),
    remove: (name: string) => {
      removed.push(name);
      stored = [];
      return Promise.resolve();
    },
  };
  vi.stubGlobal('navigator', {});
  vi.stubGlobal('Worker', function () {
    return new FakeWorker(api).asWorker;
  });
  page = new PageInTest();
});

afterEach(() => vi.unstubAllGlobals());

/** The page shows this model, whose download goes on. */
function resume(model: StoredModel): void {
  stored = [model];
  Object.assign(page, { stored });
  page.press('Resume');
  expect(page.markup).toContain('<progress');
}

const ended = () => eventually(() => expect(page.markup).not.toContain('<progress'));

test('a download beside a version that is whole can be paused, not cancelled: that would cost the model', async () => {
  resume(modelWith('q4'));
  expect(page.markup).toContain('Pause');
  expect(page.markup).not.toContain('Cancel');
  page.press('Pause');
  await ended();
  expect(removed).toEqual([]);
});

test('cancelling a download removes what has come of it', async () => {
  resume(modelWith());
  page.press('Cancel');
  await eventually(() => expect(page.markup).not.toContain('<h3>m</h3>'));
  expect(removed).toEqual(['m']);
});

test('cancelling removes nothing if another tab has completed a version meanwhile', async () => {
  resume(modelWith());
  stored = [modelWith('q4')];
  page.press('Cancel');
  await ended();
  await eventually(() => expect(page.markup).toContain('Delete'));
  expect(removed).toEqual([]);
});

test('cancelling a download that has just ended removes nothing', async () => {
  resume(modelWith());
  onPause = () => {
    stored = [{ ...modelWith('fp32'), unfinished: null }];
    download.resolve(stored[0]!);
  };
  page.press('Cancel');
  await ended();
  await eventually(() => expect(page.markup).toContain('Use<'));
  expect(removed).toEqual([]);
});

test('a model that is whole is deleted once the person has agreed, an unfinished one at once', async () => {
  const confirm = vi.fn(() => false);
  vi.stubGlobal('confirm', confirm);
  stored = [modelWith('q4')];
  Object.assign(page, { stored });
  page.press('Delete');
  expect(confirm).toHaveBeenCalledWith('Delete m from this browser?');
  confirm.mockReturnValue(true);
  page.press('Delete');
  await eventually(() => expect(removed).toEqual(['m']));
  await eventually(() => expect(page.markup).toContain('m was deleted.'));
  Object.assign(page, { stored: [modelWith()] });
  page.press('Delete');
  await eventually(() => expect(removed).toEqual(['m', 'm']));
  expect(confirm).toHaveBeenCalledTimes(2);
});
