/** Reports errors from anywhere on the page in one place, localised. */
import { errorMessage } from '../../base/errors.ts';
import { interfaceLanguage } from '../../ui/localization/interface-language.ts';
import { faultText } from '../../ui/wording.ts';
import { PageError } from '../shell/page-error.ts';

/** Bubbles to `<rank1-triage-app>`. */
export class ProblemEvent extends Event {
  static readonly type = 'rank1-problem';

  readonly error: unknown;

  constructor(error: unknown) {
    super(ProblemEvent.type, { bubbles: true });
    this.error = error;
  }
}

/** Runs `task` without waiting and reports its failure. */
export function attempt(host: HTMLElement, task: Promise<unknown> | undefined): void {
  task?.catch((error: unknown) => host.dispatchEvent(new ProblemEvent(error)));
}

export function problemText(error: unknown): string {
  const isTranslated = error instanceof PageError || interfaceLanguage() === 'en';
  const translated = isTranslated || !(error instanceof Error) ? null : faultText(error);
  return translated ?? errorMessage(error);
}
