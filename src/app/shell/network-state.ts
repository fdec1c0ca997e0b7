import { msg, str } from '@lit/localize';
import { html, nothing, type TemplateResult } from 'lit';
import { property, state } from 'lit/decorators.js';
import { MAX_ROWS, NetworkLog, type FetchedRow } from './network-log.ts';
import { PageElement } from './page-element.ts';

/**
 * Says whether anything leaves this device and, on demand, what was fetched since the page was opened. Renders into
 * light DOM; styled by shell.css.
 */
export class NetworkStateElement extends PageElement {
  /** What the page may fetch from other origins, for the one page that does: "models from huggingface.co". */
  @property({ useDefault: true }) allows = '';
  /** Host that receives the judged texts; empty until the user consents; null on pages that send nothing. */
  @property({ attribute: false }) sendsTo: string | null = null;

  /** @internal */
  @state() isOpen = false;
  #log: NetworkLog | null = null;

  override connectedCallback(): void {
    super.connectedCallback();
    this.#log = new NetworkLog(() => this.requestUpdate());
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#log?.close();
    this.#log = null;
  }

  readonly #onKey = (event: KeyboardEvent): void => {
    if (event.key !== 'Escape') return;
    this.#close();
    this.querySelector('summary')?.focus();
  };

  readonly #onFocusOut = ({ relatedTarget }: FocusEvent): void => {
    if (relatedTarget instanceof Node && !this.contains(relatedTarget)) this.#close();
  };

  #close(): void {
    this.querySelector('details')?.removeAttribute('open');
  }

  protected override render(): TemplateResult | typeof nothing {
    const log = this.#log;
    if (!log) return nothing;
    return html`<details
      class="network-state ${this.sendsTo ? 'sends' : ''}"
      data-foreign=${log.numForeign}
      @toggle=${({ target }: Event) => (this.isOpen = (target as HTMLDetailsElement).open)}
      @keydown=${this.#onKey}
      @focusout=${this.#onFocusOut}
    >
      <summary>
        ${this.sendsTo ? arrowOut : lock}<span
          >${log.refused.size > 0 ? msg('A request was refused') : this.#whatLeaves()}</span
        >
      </summary>
      <div class="network-panel">
        <p>
          ${this.sendsTo === null ? msg('Your documents, questions and decisions stay in this browser.') : nothing}
          ${this.#whatMayHappen()}
        </p>
        ${
          log.refused.size > 0
            ? html`<p class="refused">${msg('Refused by the policy:')} ${[...log.refused].join(', ')}</p>`
            : nothing
        }
        <p>
          ${
            log.numFetched === 1
              ? msg(str`Fetched since it was opened: 1 file, ${megabytes(log.numBytes)} MB.`)
              : msg(str`Fetched since it was opened: ${log.numFetched} files, ${megabytes(log.numBytes)} MB.`)
          }
          ${log.numForeign === 0 ? msg('All from this site.') : foreignFiles(log.numForeign)}
        </p>
        ${this.isOpen ? renderRows(log.fetched.reverse()) : nothing}
      </div>
    </details>`;
  }

  #whatLeaves(): string {
    if (this.sendsTo) return msg(str`Sent to ${this.sendsTo}`);
    return this.sendsTo === null
      ? msg('Nothing leaves this device')
      : msg('Nothing is sent before you agree');
  }

  #whatMayHappen(): string {
    if (this.sendsTo)
      return msg(
        str`Questions and the passages that are judged are sent to ${this.sendsTo}. This page cannot connect to any other site.`,
      );
    if (this.sendsTo !== null) return msg('This page sends nothing before you agree to where it goes.');
    return this.allows
      ? msg(str`This page may only fetch ${this.allows}; it sends nothing of yours.`)
      : msg('This page cannot connect to any other site: its security policy forbids it.');
  }
}

function renderRows(rows: readonly FetchedRow[]): TemplateResult {
  return html`${rows.length < MAX_ROWS ? nothing : html`<p>${msg(str`The list has the last ${MAX_ROWS} addresses.`)}</p>`}
    <ul tabindex="0" aria-label=${msg('Files fetched')}>
      ${rows.map(
        ({ url, numBytes, numTimes }) =>
          html`<li>
            <span>${shortAddress(url)}${numTimes > 1 ? ` × ${numTimes}` : ''}</span>
            <span>${kilobytes(numBytes)}</span>
          </li>`,
      )}
    </ul>`;
}

function foreignFiles(count: number): string {
  return count === 1 ? msg('1 from another site.') : msg(str`${count} from other sites.`);
}

/** Same-origin URLs without their origin; others in full. */
function shortAddress(url: string): string {
  return url.startsWith(`${location.origin}/`) ? url.slice(location.origin.length) : url;
}

function megabytes(numBytes: number): string {
  return (numBytes / 1e6).toFixed(1);
}

function kilobytes(numBytes: number): string {
  return numBytes === 0 ? '' : `${Math.ceil(numBytes / 1000).toLocaleString('en')} kB`;
}

const lock = html`<svg viewBox="0 0 16 16" width="14" height="14" aria-hidden="true">
  <path d="M5 7V5a3 3 0 0 1 6 0v2" fill="none" stroke="currentColor" stroke-width="1.75" />
  <rect x="3" y="7" width="10" height="7" rx="1.75" fill="currentColor" />
</svg>`;

const arrowOut = html`<svg viewBox="0 0 16 16" width="14" height="14" aria-hidden="true">
  <path d="M4 12 12 4M5.5 4H12v6.5" fill="none" stroke="currentColor" stroke-width="1.75" />
</svg>`;

declare global {
  interface HTMLElementTagNameMap {
    'rank1-network-state': NetworkStateElement;
  }
}
