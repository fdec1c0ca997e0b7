/**
 * `<rank1-remote-server>`: asks for a server's address, and for consent that names it, before anything can be sent.
 * Fires `rank1-remote-agreed` with the server's options. Light DOM, styled by remote-server.css.
 */
import { msg, str } from '@lit/localize';
import { html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { property, state } from 'lit/decorators.js';
import { checkRemoteOptions, type RemoteOptions } from '../../remote/remote-options.ts';
import { PageElement } from './page-element.ts';
import type { RemoteConsent } from './remote-consent.ts';

export class RemoteServerElement extends PageElement {
  /** fills the form */
  @property({ attribute: false }) kept: RemoteConsent | null = null;
  /** awaiting consent */
  @state() private offered: RemoteOptions | null = null;
  @state() private problem = '';

  protected override render(): TemplateResult {
    const { kept, problem } = this;
    return html`${problem ? html`<p class="problem" role="alert">${problem}</p>` : nothing}
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

  protected override updated(changed: PropertyValues): void {
    if (changed.has('offered') && this.offered) this.querySelector('dialog')?.showModal();
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
    const { offered: detail } = this;
    if (!detail) return;
    this.offered = null;
    this.dispatchEvent(new CustomEvent<RemoteOptions>('rank1-remote-agreed', { detail }));
  };

  readonly #onClose = (): void => {
    this.offered = null;
  };
}

declare global {
  interface HTMLElementTagNameMap {
    'rank1-remote-server': RemoteServerElement;
  }
}
