/** This device, the backend chosen for it and why, and a text for bug reports. */
import { msg } from '@lit/localize';
import { html, nothing, type TemplateResult } from 'lit';
import type { DeviceReport } from '../../protocol/model-store-api.ts';
import { deviceReasonText } from '../../ui/device-wording.ts';
import { deviceFacts, reportText } from './device-facts.ts';
import { dtypeReasonText, storageNote, storageText } from './wording.ts';

/** Outcome of copying the report. */
export type CopyState = 'idle' | 'copied' | 'refused';

export function renderDevice(report: DeviceReport, onCopy: () => void, state: CopyState): TemplateResult {
  return html`<section class="device" aria-labelledby="device-title">
    <div class="section-head">
      <h2 id="device-title">${msg('This device')}</h2>
      <button class="quiet" type="button" @click=${onCopy}>
        ${state === 'copied' ? msg('Copied') : msg('Copy report')}
      </button>
    </div>
    ${state === 'refused' ? renderReportText(report) : nothing}
    <dl class="facts">
      <div>
        <dt>${msg('Runs on')}</dt>
        <dd>
          ${report.device === 'webgpu' ? 'GPU (WebGPU)' : 'CPU (WebAssembly)'}<small
            >${deviceReasonText(report)}</small
          >
        </dd>
      </div>
      <div>
        <dt>${msg('Version to take')}</dt>
        <dd>${report.dtype}<small>${dtypeReasonText(report)}</small></dd>
      </div>
      <div>
        <dt>${msg('Storage')}</dt>
        <dd>${storageText(report)}<small>${storageNote(report)}</small></dd>
      </div>
    </dl>
    <details>
      <summary>${msg('Adapter, features and limits')}</summary>
      <div class="scroll" tabindex="0" role="region" aria-label=${msg('Adapter, features and limits')}>
        <table>
          <tbody>
            ${deviceFacts(report).map(
              ([name, value]) =>
                html`<tr>
                  <th scope="row">${name}</th>
                  <td>${value}</td>
                </tr>`,
            )}
          </tbody>
        </table>
      </div>
    </details>
  </section>`;
}

function renderReportText(report: DeviceReport): TemplateResult {
  return html`<div class="field report">
    <label for="report">
      ${msg('The browser did not let the page copy. Select the report and copy it yourself:')}
    </label>
    <textarea
      id="report"
      lang="en"
      readonly
      rows="6"
      .value=${reportText(report, navigator.userAgent)}
    ></textarea>
  </div>`;
}
