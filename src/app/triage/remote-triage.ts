import { msg, str } from '@lit/localize';
import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { state } from 'lit/decorators.js';
import { checkRemoteOptions, type RemoteOptions } from '../../remote/remote-options.ts';
import { RemoteBackend } from '../../remote/remote-backend.ts';
import { LanguageController } from '../../ui/localization/language-controller.ts';
import { confineTo, forgetConsent, keepConsent, readConsent } from './remote-consent.ts';

/**
 * Triage judged by a server: asks for its address and for consent that names it, before there is anything to
 * send.
 */
export class RemoteTriageElement extends LitElement {
  /** consented to */
  @state() private engine: RemoteBackend | null = null;
  /** awaiting consent */
  @state() private offered: RemoteOptions | null = null;
  @state() private problem = '';
  #consentId = '';

  constructor() {
    super();
    new LanguageController(this);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    const kept = readConsent();
    if (kept && !kept.needsKey) this.#begin(kept, kept.id);
  }

  protected override createRenderRoot(): HTMLElement {
    return this;
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

  protected override updated(changed: PropertyValues): void {
    document.title = msg('Triage on a server: your documents are sent to it');
    if (changed.has('offered') && this.offered) this.querySelector('dialog')?.showModal();
    const header = document.querySelector('rank1-site-header');
    if (header) header.sendsTo = this.engine?.remoteHost ?? '';
  }

  #renderQuestion(): TemplateResult {
    const kept = readConsent();
    return html`<h1>${msg('Let a server judge')}</h1>
      <p>
        ${msg('For models that do not fit this browser. The question and every passage that is judged are sent to the server you name here. Documents that may not leave the device belong on the private page.')}
        <a href="./triage.html">${msg('Keep everything on this device')}</a>
      </p>
      ${this.problem ? html`<p class="problem" role="alert">${this.problem}</p>` : nothing}
      <form class="remote-form" @submit=${this.#onSubmit}>
        <label for="remote-endpoint">${msg('Address of the server, up to and including /v1')}</label>
        <input id="remote-endpoint" name="endpoint" type="url" required .value=${kept?.endpoint ?? ''} />
        <label for="remote-model">${msg('Name of the model there, if it has more than one')}</label>
        <input id="remote-model" name="model" type="text" .value=${kept?.remoteModel ?? ''} />
        <label for="remote-key">${msg('Key, if it asks for one; it is not stored')}</label>
        <input id="remote-key" name="key" type="password" autocomplete="off" />
        <button type="submit" class="primary">${msg('Continue')}</button>
      </form>
      ${this.#renderConfirmation()}`;
  }

  #renderConfirmation(): TemplateResult {
    const host = this.offered ? checkRemoteOptions(this.offered).host : '';
    return html`<dialog class="confirm" aria-labelledby="remote-heading" @close=${this.#onClose}>
      <h2 id="remote-heading">${msg(str`Send what is judged to ${host}?`)}</h2>
      <p>
        ${msg(str`Your questions and the passages that are judged leave this device for ${host}, until you stop it or close this tab. Whoever runs that server can read them.`)}
      </p>
      <form method="dialog" class="confirm-buttons">
        <button class="quiet" value="cancel">${msg('Send nothing')}</button>
        <button type="button" class="quiet danger" @click=${this.#onAgree}>
          ${msg(str`Send to ${host}`)}
        </button>
      </form>
    </dialog>`;
  }

  readonly #onSubmit = (event: SubmitEvent): void => {
    event.preventDefault();
    const form = new FormData(event.target as HTMLFormElement);
    const text = (name: string): string => ((form.get(name) as string | null) ?? '').trim();
    const [endpoint, remoteModel, apiKey] = [text('endpoint'), text('model'), text('key')];
    const options = { endpoint, ...(remoteModel && { remoteModel }), ...(apiKey && { apiKey }) };
    this.problem = '';
    try {
      checkRemoteOptions(options);
      this.offered = options;
    } catch (error) {
      this.problem = (error as Error).message;
    }
  };

  readonly #onAgree = (): void => {
    const { offered } = this;
    if (!offered) return;
    this.#begin(offered, keepConsent(offered).id);
  };

  readonly #onClose = (): void => {
    this.offered = null;
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
    this.offered = null;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'rank1-remote-triage': RemoteTriageElement;
  }
}
