/** A progress line rewritten in place on a terminal: percentage, speed, time left. */
import type { ConvertProgress } from '../convert-options.ts';

export interface LineTarget {
  readonly isTTY?: boolean | undefined;
  write(text: string): unknown;
}

/** Without a terminal it prints a line at every 10% instead. */
export function progressLine(
  target: LineTarget,
  now: () => number = Date.now,
): (progress: ConvertProgress) => void {
  const started = now();
  let tenth = 0;
  return (progress) => {
    const done = progress.tensors === progress.totalTensors;
    const text = describeProgress(progress, (now() - started) / 1000);
    if (target.isTTY) {
      target.write(`\r\u001b[2K${text}${done ? '\n' : ''}`);
      return;
    }
    const reached = Math.floor((10 * progress.tensors) / progress.totalTensors);
    if (reached > tenth) target.write(`${text}\n`);
    tenth = reached;
  };
}

/** @param seconds since the start */
export function describeProgress(progress: ConvertProgress, seconds: number): string {
  const { bytes, totalBytes, tensors, totalTensors } = progress;
  const speed = seconds > 0 ? bytes / seconds : 0;
  const left = speed > 0 ? Math.ceil((totalBytes - bytes) / speed) : null;
  return (
    `${tensors}/${totalTensors} tensors, ${megabytes(bytes)} of ${megabytes(totalBytes)} MB, ` +
    `${megabytes(speed)} MB/s, ${left === null ? 'time left unknown' : `${left} s left`}`
  );
}

const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(bytes < 1e8 ? 1 : 0);
