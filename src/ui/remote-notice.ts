/** Notice that documents are sent to a server, and to which. */
import { msg, str } from '@lit/localize';
import { html, nothing, type TemplateResult } from 'lit';

/** @param remoteHost null: everything stays on the device */
export function renderRemoteNotice(remoteHost: string | null): TemplateResult | typeof nothing {
  if (remoteHost === null) return nothing;
  return html`<p part="remote-notice" class="notice" role="note">
    ${msg(str`The question and the documents leave this device: they are sent to ${remoteHost}.`)}
  </p>`;
}
