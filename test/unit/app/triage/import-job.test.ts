/** Files that are dropped while earlier ones are read or stored. */
import { expect, test } from 'vitest';
import { Gate, untilAborted } from '../../../../src/base/async.ts';
import { MemoryStore } from '../../../../src/app/session/memory-store.ts';
import type { FileRecord } from '../../../../src/app/session/session-types.ts';
import { pickedFiles } from '../../../../src/app/shell/dropped-files.ts';
import { ImportConnection } from '../../../../src/app/triage/import-connection.ts';
import { ImportJob } from '../../../../src/app/triage/import-job.ts';
import { eventually } from '../../../fakes/eventually.ts';
import { openScripted } from '../../../fakes/scripted-session.ts';

/** Reads a file as its name; one that is named "slow.txt" until it is cancelled. */
class NameReader extends ImportConnection {
  constructor() {
    super(() => {
      throw new Error('no worker was expected');
    });
  }

  override async importFile(...[{ path }, signal]: Parameters<ImportConnection['importFile']>) {
    if (path === 'slow.txt') await untilAborted(new Promise(() => undefined), signal).catch(() => undefined);
    if (signal.aborted) return null;
    const passages = [{ text: path, hash: `hash of ${path}` }];
    return [{ path, kind: 'text', numBytes: 1, passages, warnings: [], error: null } as const];
  }
}

class SlowStore extends MemoryStore {
  readonly gate = new Gate();
  numPuts = 0;

  override async putFiles(files: readonly FileRecord[]): Promise<void> {
    this.numPuts++;
    await this.gate.untilOpen();
    await super.putFiles(files);
  }
}

async function startJob() {
  const store = new SlowStore();
  const { session } = await openScripted(store);
  const job = new ImportJob(new NameReader(), session, {
    onProgress: () => undefined,
    onFile: () => undefined,
  });
  const add = (...names: string[]) => job.add(pickedFiles(names.map((name) => new File(['x'], name))));
  const pathsStored = async () => (await store.getFiles(session.record.id)).map(({ path }) => path);
  return { job, add, store, pathsStored };
}

test('files that are dropped while the last ones are being stored are read too', async () => {
  const { job, add, store, pathsStored } = await startJob();
  store.gate.close();
  add('first.txt');
  const running = job.run();
  await eventually(() => expect(store.numPuts).toBe(1));
  add('second.txt');
  store.gate.open();
  await running;
  expect(await pathsStored()).toEqual(['first.txt', 'second.txt']);
});

test('cancelling ends what was dropped so far, and not what is dropped before the job has ended', async () => {
  const { job, add, pathsStored } = await startJob();
  add('first.txt', 'slow.txt', 'second.txt');
  add('third.txt');
  const running = job.run();
  await eventually(() => expect(job.current).toBe('slow.txt'));
  job.cancel();
  add('later.txt');
  await running;
  expect(await pathsStored()).toEqual(['first.txt', 'later.txt']);
  expect([job.numRead, job.numFiles]).toEqual([2, 2]);
});
