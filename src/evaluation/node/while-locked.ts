/** Keeps two processes from writing to one folder, by a file in it that holds the writer's process id. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** @throws Error while another process holds the folder; the lock of one that died is taken over */
export async function whileLocked<T>(folder: string, task: () => Promise<T>): Promise<T> {
  const lock = join(folder, 'run.lock');
  acquire(lock, folder);
  try {
    return await task();
  } finally {
    rmSync(lock, { force: true });
  }
}

function acquire(lock: string, folder: string): void {
  const create = () => writeFileSync(lock, String(process.pid), { flag: 'wx' });
  try {
    return create();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  if (isHeld(readFileSync(lock, 'utf8')))
    throw new Error(
      `${folder} is being written by another run. Wait for its end, or choose another --out. If there is none, delete ${lock}.`,
    );
  rmSync(lock);
  create();
}

/** @param holder empty for a moment, until the process that made the file has written its id */
function isHeld(holder: string): boolean {
  const pid = Number(holder);
  if (!(pid > 0)) return true;
  // In a container a process may have the id of the one that was killed before it.
  if (pid === process.pid) return false;
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // A process of another user may not be signalled, but runs.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
