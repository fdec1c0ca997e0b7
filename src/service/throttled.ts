/** Minimum interval between two reports of a stage: each makes the page render. */
const PROGRESS_MS = 100;

interface Progress {
  readonly stage: string;
  readonly loadedBytes: number;
  readonly totalBytes: number;
}

/** Passes the first report of each stage, the last one, and some in between. */
export function throttled<P extends Progress>(report: (progress: P) => void): (progress: P) => void {
  let last: { readonly stage: string; readonly at: number } | null = null;
  return (progress) => {
    const { stage, loadedBytes, totalBytes } = progress;
    const now = performance.now();
    if (last?.stage === stage && loadedBytes < totalBytes && now - last.at < PROGRESS_MS) return;
    last = { stage, at: now };
    report(progress);
  };
}
