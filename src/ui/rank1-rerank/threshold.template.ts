/** The slider for the minimum score that counts. */
import { msg } from '@lit/localize';
import { html, type TemplateResult } from 'lit';
import { interfaceLanguage } from '../localization/interface-language.ts';
import { logOddsToThreshold, MAX_LOG_ODDS, thresholdToLogOdds } from '../ranking-selection.ts';
import { countAtThreshold, formatScore, thresholdText } from '../wording.ts';
import type { RerankView } from './rerank-view.ts';

export function renderThreshold(element: RerankView): TemplateResult {
  const { effectiveThreshold: threshold, selection, passing, controller } = element;
  const onInput = (event: Event): void => {
    const logOdds = (event.currentTarget as HTMLInputElement).valueAsNumber;
    element.threshold = logOddsToThreshold(logOdds);
    element.emit('rank1-threshold', { threshold: element.threshold });
  };
  const numJudged = controller.list.items.filter(({ verdict }) => verdict !== null).length;
  return html`<div part="threshold" class="threshold" lang=${interfaceLanguage()}>
    <label for="threshold">${msg('Threshold')}</label>
    <input
      id="threshold"
      part="threshold-slider"
      type="range"
      min=${-MAX_LOG_ODDS}
      max=${MAX_LOG_ODDS}
      step="0.1"
      .value=${String(thresholdToLogOdds(threshold))}
      aria-valuetext=${thresholdText(threshold)}
      @input=${onInput}
    />
    <output for="threshold" part="threshold-value" class="threshold-value">${formatScore(threshold)}</output>
    <span part="threshold-count" class="threshold-count"
      >${countAtThreshold(passing.size, numJudged, selection.size)}</span
    >
  </div>`;
}
