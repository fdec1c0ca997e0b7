/** The panel for copying and saving the ranking. Files are created on this device and sent nowhere. */
import { msg } from '@lit/localize';
import { html, type TemplateResult } from 'lit';
import { EXPORT_FORMATS, type ExportFormat } from '../../export/index.ts';
import { interfaceLanguage } from '../localization/interface-language.ts';
import { saveFile } from '../save-file.ts';
import { exportFormatLabel } from '../wording.ts';
import type { RerankView } from './rerank-view.ts';

export function renderExportPanel(element: RerankView): TemplateResult {
  const onFormat = (event: Event): void => {
    element.exportFormat = (event.currentTarget as HTMLSelectElement).value as ExportFormat;
    element.exportNote = '';
  };
  return html`<div
    part="export"
    class="export"
    role="group"
    aria-label=${msg('Export')}
    lang=${interfaceLanguage()}
  >
    <label for="format">${msg('Format')}</label>
    <select id="format" part="export-format" @change=${onFormat}>
      ${EXPORT_FORMATS.map(
        (format) =>
          html`<option value=${format} .selected=${format === element.exportFormat}>
            ${exportFormatLabel(format)}
          </option>`,
      )}
    </select>
    <button part="copy-button" class="second" type="button" @click=${() => void copy(element)}>
      ${msg('Copy')}
    </button>
    <button part="save-button" class="second" type="button" @click=${() => save(element)}>
      ${msg('Save')}
    </button>
    <span part="export-note" class="export-note" role="status">${element.exportNote}</span>
  </div>`;
}

async function copy(element: RerankView): Promise<void> {
  try {
    await navigator.clipboard.writeText(element.exportAs(element.exportFormat).text);
    element.exportNote = msg('Copied');
  } catch {
    element.exportNote = msg('The browser did not allow copying. Save the file instead.');
  }
}

function save(element: RerankView): void {
  const file = element.exportAs(element.exportFormat);
  saveFile(file, element.ownerDocument);
  element.exportNote = file.name;
}
