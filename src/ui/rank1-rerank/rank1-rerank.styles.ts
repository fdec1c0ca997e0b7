import { css } from 'lit';

export const rank1RerankStyles = css`
  :host {
    display: block;
    container-type: inline-size;
  }

  :host([hidden]) {
    display: none;
  }

  .base {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: 0.75rem;
  }

  .toolbar {
    position: sticky;
    z-index: 2;
    inset-block-start: var(--rank1-toolbar-offset, 0);
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 0.5rem 1rem;
    padding-block: 0.75rem;
    background: var(--rank1-toolbar-background, var(--_surface));
  }

  .main {
    display: inline-flex;
    flex: none;
    align-items: center;
    justify-content: center;
    gap: 0.5rem;
    min-height: 2.75rem;
    padding: 0 1.25rem;
    border: 1px solid transparent;
    border-radius: 0.5rem;
    background: var(--_accent);
    color: var(--_on-accent);
    font-size: 0.9375rem;
    font-weight: 600;
    cursor: pointer;
  }

  .main:hover {
    background: color-mix(in srgb, var(--_accent) 88%, var(--_ink));
  }

  .stop {
    border-color: var(--_line-strong);
    background: var(--_surface);
    color: var(--_ink);
  }

  .stop:hover {
    background: var(--_soft);
  }

  .main:disabled {
    border-color: var(--_line);
    background: var(--_soft);
    color: var(--_muted);
    cursor: not-allowed;
  }

  .second {
    display: inline-flex;
    flex: none;
    align-items: center;
    justify-content: center;
    gap: 0.4375rem;
    min-height: 2.25rem;
    padding-inline: 0.875rem;
    border: 1px solid var(--_line-strong);
    border-radius: 0.5rem;
    background: var(--_surface);
    color: var(--_ink);
    font-size: 0.875rem;
    font-weight: 600;
    cursor: pointer;
  }

  .second:hover {
    background: var(--_soft);
  }

  .toolbar .second {
    min-height: 2.75rem;
    margin-inline-start: -0.5rem;
  }

  .square {
    width: 0.625rem;
    height: 0.625rem;
    border-radius: 0.125rem;
    background: currentColor;
  }

  .status {
    flex: 1 1 12rem;
    margin: 0;
    color: var(--_muted);
    font-size: 0.875rem;
    font-variant-numeric: tabular-nums;
    line-height: 1.4;
  }

  .actions {
    display: flex;
    flex: none;
    flex-wrap: wrap;
    align-items: center;
    gap: 0.25rem;
  }

  .quiet {
    flex: none;
    min-height: 2rem;
    padding: 0 0.625rem;
    border: 0;
    border-radius: 0.375rem;
    background: none;
    color: var(--_muted);
    font-size: 0.8125rem;
    font-weight: 600;
    cursor: pointer;
  }

  .quiet:hover {
    background: color-mix(in srgb, var(--_ink) 7%, transparent);
    color: var(--_ink);
  }

  @container (max-width: 34rem) {
    .toolbar {
      column-gap: 0.5rem;
    }

    .status {
      flex-basis: 100%;
      order: 1;
    }

    .actions {
      margin-inline-start: auto;
    }

    .busy .actions {
      order: 1;
      margin-inline-start: -0.625rem;
    }
  }

  .progress {
    position: absolute;
    inset-block-end: 0;
    inset-inline: 0;
    height: 0.1875rem;
    overflow: hidden;
    border-radius: 1rem;
    background: color-mix(in srgb, var(--_ink) 10%, transparent);
  }

  .progress-fill {
    height: 100%;
    border-radius: inherit;
    background: var(--_accent);
    /* in steps: without a GPU every frame is drawn by the cores that the model runs on */
    transition: inline-size 250ms steps(4);
  }

  .unknown .progress-fill {
    width: 18%;
    animation: sweep 1.8s steps(24, jump-none) infinite alternate;
  }

  @keyframes sweep {
    to {
      transform: translateX(calc(var(--_forwards, 1) * 82% / 0.18));
    }
  }

  :host(:dir(rtl)) {
    --_forwards: -1;
  }

  .footnote {
    margin: 0.25rem 0 0;
    color: var(--_muted);
    font-size: 0.8125rem;
    line-height: 1.5;
  }

  .device {
    margin-inline-end: 0.25rem;
    padding: 0.0625rem 0.375rem;
    border: 1px solid var(--_line);
    border-radius: 0.25rem;
    font-weight: 600;
  }

  @media (prefers-reduced-motion: reduce) {
    .progress-fill {
      transition: none;
    }

    .unknown .progress-fill {
      width: 100%;
      opacity: 0.3;
      animation: none;
    }
  }

  @media print {
    .toolbar {
      position: static;
    }

    button,
    .actions,
    .threshold,
    .export,
    .progress {
      display: none;
    }
  }

  @media (forced-colors: active) {
    .main {
      border-color: ButtonBorder;
      background: ButtonFace;
      color: ButtonText;
    }

    .progress-fill {
      background: Highlight;
    }
  }
`;
