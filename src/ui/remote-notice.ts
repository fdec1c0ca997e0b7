/** Notice that documents leave the device, and where they are sent; shown for as long as that is so. */
import { msg, str } from '@lit/localize';
import { html, nothing, type TemplateResult } from 'lit';

/** @param remoteHost null: everything stays on the device */
export function renderRemoteNotice(remoteHost: string | null): TemplateResult | typeof nothing {
  if (remoteHost === null) return nothing;
  return html`<p part="remote-notice" class="notice" role="note">
    ${msg(str`The question and the documents leave this device: they are sent to ${remoteHost}.`)}
  </p>`;
}
