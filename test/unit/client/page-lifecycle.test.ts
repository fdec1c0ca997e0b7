import { describe, expect, it } from 'vitest';
import { Hold } from '../../../src/client/hold.ts';
import { holdWithPage, type Page, type WhenHidden } from '../../../src/client/hold.ts';

class FakePage extends EventTarget implements Page {
  visibilityState: DocumentVisibilityState = 'visible';

  become(state: DocumentVisibilityState): void {
    this.visibilityState = state;
    this.dispatchEvent(new Event('visibilitychange'));
  }
}

function watched(whenHidden: WhenHidden, page = new FakePage()) {
  const hold = new Hold();
  return { page, hold, stop: holdWithPage(page, whenHidden, hold) };
}

describe('the life of a page', () => {
  it('holds runs while it is frozen, hidden or not', () => {
    const { page, hold } = watched('continue');
    page.become('hidden');
    expect(hold.held).toBe(false);
    page.dispatchEvent(new Event('freeze'));
    expect([hold.held, hold.by]).toEqual([true, 'page']);
    page.become('visible');
    expect(hold.held).toBe(true);
    page.dispatchEvent(new Event('resume'));
    expect(hold.held).toBe(false);
  });

  it('holds runs while it is hidden, where that is asked for, also from the beginning', () => {
    const hidden = new FakePage();
    hidden.visibilityState = 'hidden';
    const { page, hold } = watched('pause', hidden);
    expect(hold.held).toBe(true);
    page.become('visible');
    expect(hold.held).toBe(false);
  });

  it('does not undo what the caller holds', () => {
    const { page, hold } = watched('pause');
    hold.set({}, true);
    page.become('hidden');
    page.become('visible');
    expect([hold.held, hold.by]).toEqual([true, 'caller']);
  });

  it('is let go of with its hold', () => {
    const { page, hold, stop } = watched('pause');
    page.become('hidden');
    stop();
    expect(hold.held).toBe(false);
    page.dispatchEvent(new Event('freeze'));
    expect(hold.held).toBe(false);
  });

  it('is nothing where there is no page', () => {
    const hold = new Hold();
    holdWithPage(undefined, 'pause', hold)();
    expect(hold.held).toBe(false);
  });
});
