/** Where the keyboard focus goes when an update removes the element that has it. */
import { beforeEach, expect, test } from 'vitest';
import { FocusKeeper } from '../../../../src/app/shell/focus-keeper.ts';

/** A row of a list, with its buttons in their order. */
interface Row {
  readonly buttons: Button[];
  isConnected: boolean;
  parentElement: { readonly children: readonly Row[] };
  querySelector(selector: string): Button | null;
}
interface Button {
  readonly name: string;
  isConnected: boolean;
  closest(): Row | null;
  focus(): void;
}

const document: { activeElement: Button | null } = { activeElement: null };
let rows: Row[];
let keeper: FocusKeeper;
const summary = button('summary', null);

function button(name: string, row: Row | null): Button {
  const made = { name, isConnected: true, closest: () => row, focus: () => (document.activeElement = made) };
  return made;
}

function addRow(...names: string[]): Row {
  const row: Row = {
    buttons: [],
    isConnected: true,
    parentElement: { children: rows },
    querySelector: (selector) =>
      row.buttons.find(
        ({ name, isConnected }) => isConnected && (selector === 'button' || name.startsWith('Remove')),
      ) ?? null,
  };
  row.buttons.push(...names.map((name) => button(name, row)));
  rows.push(row);
  return row;
}

/** An update that removes these; the browser then forgets the focus. */
function update(...removed: { isConnected: boolean }[]): void {
  keeper.hostUpdate();
  for (const part of removed) {
    part.isConnected = false;
    for (const child of 'buttons' in part ? (part as Row).buttons : []) child.isConnected = false;
  }
  rows = rows.filter(({ isConnected }) => isConnected);
  if (document.activeElement?.isConnected === false) document.activeElement = null;
  keeper.hostUpdated();
}

const focused = () => document.activeElement?.name ?? null;

beforeEach(() => {
  rows = [];
  document.activeElement = null;
  const host = { ownerDocument: document, contains: () => true, addController: () => undefined };
  keeper = new FocusKeeper(host as never, () => summary as never);
});

test('it goes to the same button of the next row, else of the one before, else of the list', () => {
  addRow('Use');
  const [a, b, c] = ['a', 'b', 'c'].map((name) => addRow('Look', `Remove ${name}`));
  b!.buttons[1]!.focus();
  update(b!);
  expect(focused()).toBe('Remove c');
  update(c!);
  expect(focused()).toBe('Remove a');
  update(a!);
  expect(focused()).toBe('summary');
});

test('it stays in a row that stays', () => {
  const row = addRow('Pause', 'Resume', 'Remove a');
  addRow('Remove b');
  row.buttons[0]!.focus();
  update(row.buttons[0]!);
  expect(focused()).toBe('Resume');
});

test('it leaves alone what is still there, and takes no focus where there was none', () => {
  const row = addRow('Remove a');
  const other = addRow('Remove b');
  other.buttons[0]!.focus();
  update(row);
  expect(focused()).toBe('Remove b');
  document.activeElement = null;
  update(other);
  expect(focused()).toBeNull();
});
