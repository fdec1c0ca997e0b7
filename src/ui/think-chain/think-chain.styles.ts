import { css } from 'lit';

export const thinkChainStyles = css`
  :host {
    display: block;
    min-width: 0;
  }

  button {
    display: inline-flex;
    align-items: center;
    gap: 0.5rem;
    min-height: 2rem;
    margin-inline-start: -0.375rem;
    padding-inline: 0.375rem 0.5rem;
    border: 0;
    border-radius: 0.375rem;
    background: none;
    color: var(--_muted);
    font-size: 0.8125rem;
    cursor: pointer;
  }

  button:hover {
    background: color-mix(in srgb, var(--_ink) 7%, transparent);
    color: var(--_ink);
  }

  .chevron {
    flex: none;
    transition: transform 160ms ease;
  }

  :host([open]) .chevron {
    transform: rotate(90deg);
  }

  :host(:dir(rtl)) .chevron {
    transform: scaleX(-1);
  }

  :host([open]:dir(rtl)) .chevron {
    transform: rotate(90deg);
  }

  .label {
    font-weight: 600;
  }

  :host([streaming]) .label {
    color: var(--_accent);
  }

  .count {
    font-variant-numeric: tabular-nums;
  }

  .body {
    padding-block: 0.25rem 0.125rem;
  }

  .chain {
    margin: 0;
    color: var(--_ink);
    font-family: var(--rank1-chain-font, inherit);
    font-size: 0.875rem;
    line-height: 1.6;
    white-space: pre-wrap;
    overflow-wrap: anywhere;
    line-break: strict;
  }

  .caret {
    display: inline-block;
    width: 0.5em;
    height: 1em;
    margin-inline-start: 0.15em;
    vertical-align: -0.125em;
    border-radius: 1px;
    background: var(--_accent);
    animation: blink 1.1s steps(2, jump-none) infinite;
  }

  @keyframes blink {
    to {
      opacity: 0.15;
    }
  }

  @media print {
    .body[hidden] {
      display: block !important;
    }

    .chevron {
      display: none;
    }
  }

  @media (prefers-reduced-motion: reduce) {
    .caret {
      animation: none;
    }

    .chevron {
      transition: none;
    }
  }
`;
