import { msg, str } from '@lit/localize';
import { html, type TemplateResult } from 'lit';
import { state } from 'lit/decorators.js';
import type { RemoteOptions } from '../../remote/remote-options.ts';
import { RemoteBackend } from '../../remote/remote-backend.ts';
import { PageElement } from '../shell/page-element.ts';
import { confineTo, forgetConsent, keepConsent, readConsent } from '../shell/remote-consent.ts';

/** Triage judged by a server, once the user has named it and agreed. */
export class RemoteTriageElement extends PageElement {
  /** the server the user has agreed to; null before */
  @state() private engine: RemoteBackend | null = null;
  #consentId = '';

  override connectedCallback(): void {
    super.connectedCallback();
    const kept = readConsent();
    if (kept && !kept.needsKey) this.#begin(kept, kept.id);
  }

  protected override render(): TemplateResult {
    const { engine } = this;
    if (!engine) return this.#renderQuestion();
    return html`<p class="remote-bar">
        <button type="button" class="quiet" @click=${this.#stop}>
          ${msg(str`Send nothing more to ${engine.remoteHost}`)}
        </button>
      </p>
      <rank1-triage-app .engine=${engine} .engineRevision=${`remote ${this.#consentId}`}></rank1-triage-app>`;
  }

  protected override updated(): void {
    document.title = msg('Triage on a server: your documents are sent to it');
    const header = document.querySelector('rank1-site-header');
    if (header) header.sendsTo = this.engine?.remoteHost ?? '';
  }

  #renderQuestion(): TemplateResult {
    return html`<h1>${msg('Let a server judge')}</h1>
      <p>
        ${msg('For models that do not fit this browser. The question and every passage that is judged are sent to the server you name here. Documents that may not leave the device belong on the private page.')}
        <a href="./triage.html">${msg('Keep everything on this device')}</a>
      </p>
      <rank1-remote-server
        .kept=${readConsent()}
        @rank1-remote-agreed=${this.#onAgreed}
      ></rank1-remote-server>`;
  }

  readonly #onAgreed = ({ detail }: CustomEvent<RemoteOptions>): void => {
    this.#begin(detail, keepConsent(detail).id);
  };

  /** Goes to the private page, because leaving this one ends every stream. */
  readonly #stop = (): void => {
    forgetConsent();
    location.assign('./triage.html');
  };

  #begin({ endpoint, remoteModel, apiKey }: RemoteOptions, consentId: string): void {
    this.#consentId = consentId;
    confineTo(endpoint);
    this.engine = new RemoteBackend({
      endpoint,
      ...(remoteModel !== undefined && { remoteModel }),
      ...(apiKey !== undefined && { apiKey }),
    });
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'rank1-remote-triage': RemoteTriageElement;
  }
}
