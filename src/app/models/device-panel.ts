/** What this device is, what was chosen for it and why, and a report to copy into a bug report. */
import { html, nothing, type TemplateResult } from 'lit';
import type { DeviceReport } from '../../protocol/model-store-api.ts';
import { formatBytes } from './byte-sizes.ts';

/** What became of the wish to copy the report. */
export type CopyState = 'idle' | 'copied' | 'refused';

export function renderDevice(report: DeviceReport, onCopy: () => void, state: CopyState): TemplateResult {
  return html`<section class="device" aria-labelledby="device-title">
    <div class="section-head">
      <h2 id="device-title">This device</h2>
      <button class="quiet" type="button" @click=${onCopy}>
        ${state === 'copied' ? 'Copied' : 'Copy report'}
      </button>
    </div>
    ${state === 'refused' ? renderReportText(report) : nothing}
    <dl class="facts">
      <div>
        <dt>Runs on</dt>
        <dd>
          ${report.device === 'webgpu' ? 'GPU (WebGPU)' : 'CPU (WebAssembly)'}<small
            >${report.deviceReason}</small
          >
        </dd>
      </div>
      <div>
        <dt>Version to take</dt>
        <dd>${report.dtype}<small>${report.dtypeReason}</small></dd>
      </div>
      <div>
        <dt>Storage</dt>
        <dd>${storageText(report)}<small>${storageNote(report)}</small></dd>
      </div>
    </dl>
    <details>
      <summary>Adapter, features and limits</summary>
      <div class="scroll" tabindex="0" role="region" aria-label="Adapter, features and limits">
        <table>
          <tbody>
            ${detailRows(report).map(
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
    <label for="report">The browser did not let the page copy. Select the report and copy it yourself:</label>
    <textarea id="report" readonly rows="6" .value=${reportText(report, navigator.userAgent)}></textarea>
  </div>`;
}

/** The same as plain text, without anything that tells who the person is. */
export function reportText(report: DeviceReport, userAgent: string): string {
  const rows = [
    ['runs on', `${report.device}: ${report.deviceReason}`],
    ['dtype', `${report.dtype}: ${report.dtypeReason}`],
    ['storage', `${storageText(report)}; ${storageNote(report)}`],
    ...detailRows(report),
    ['browser', userAgent],
  ];
  return rows.map(([name, value]) => `${name}: ${value}`).join('\n');
}

function detailRows(report: DeviceReport): [string, string][] {
  const { adapter } = report;
  return [
    [
      'adapter',
      adapter
        ? ([adapter.vendor, adapter.architecture, adapter.description].filter(Boolean).join(' ') ||
            'unnamed') + (adapter.software ? ' (software)' : '')
        : 'none',
    ],
    ['features', adapter?.features.join(', ') || 'none'],
    ...Object.entries(adapter?.limits ?? {}).map(([name, value]): [string, string] => [
      name,
      value.toLocaleString('en'),
    ]),
    ['cross-origin isolated', report.isolated ? 'yes' : 'no: WebAssembly runs on one thread'],
    ['JSPI', report.jspi ? 'yes' : 'no: weights pass through WebAssembly’s memory'],
    ['threads', String(report.threads)],
    [
      'memory',
      report.memoryBytes === null
        ? 'not told by this browser'
        : `${report.memoryBytes / 2 ** 30} GiB or more`,
    ],
  ];
}

function storageText({ storage, storesModels }: DeviceReport): string {
  if (!storesModels || !storage) return 'Refused';
  return `${formatBytes(Math.max(0, storage.quotaBytes - storage.usedBytes))} free, ${formatBytes(storage.usedBytes)} used`;
}

function storageNote({ storage, storesModels }: DeviceReport): string {
  if (!storesModels || !storage)
    return 'This browser stores nothing for the page; models stay in memory until it is closed.';
  if (storage.persistent) return 'The browser keeps it until you delete it.';
  return 'The browser may clear it when the disk is full.';
}
