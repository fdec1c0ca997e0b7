/** Screen reader announcements of a run: about twenty of its verdicts, and its final status. */
import { verdictAnnouncement } from '../../ui/wording.ts';
import type { JudgingRun } from '../session/judging-run.ts';
import { runStatus } from './wording.ts';

const MAX_SAID = 20;

export class RunAnnouncer {
  text = '';
  #run: JudgingRun | null = null;
  #wasBusy = false;
  #numSaid = 0;

  follow(run: JudgingRun): void {
    if (run !== this.#run) {
      this.#run = run;
      this.#wasBusy = false;
      this.#numSaid = run.numWithVerdict;
      this.text = '';
    }
    if (run.busy) this.#followVerdicts(run);
    else if (this.#wasBusy) this.text = runStatus(run);
    this.#wasBusy = run.busy;
  }

  #followVerdicts(run: JudgingRun): void {
    const { numWithVerdict } = run;
    const total = run.passages.length;
    if (numWithVerdict - this.#numSaid < Math.max(1, total / MAX_SAID)) return;
    this.#numSaid = numWithVerdict;
    const { latest } = run;
    if (!latest?.verdict) return;
    const name = run.passages[latest.index]?.sources[0]?.path ?? '';
    this.text = verdictAnnouncement(name, latest.verdict, numWithVerdict, total);
  }
}
