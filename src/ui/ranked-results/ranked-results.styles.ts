import { css } from 'lit';

export const rankedResultsStyles = css`
  :host {
    display: block;
    container-type: inline-size;
  }

  .list {
    display: grid;
    gap: 0.5rem;
    margin: 0;
    padding: 0;
    list-style: none;
    /* rows reorder under the reader: reorder-animation.ts does the anchoring */
    overflow-anchor: none;
  }

  .long {
    display: block;
  }

  .long > .row {
    width: 100%;
    margin-block-end: 0.5rem;
  }

  .list:focus-visible {
    outline-offset: 4px;
  }

  .order {
    position: sticky;
    z-index: 1;
    inset-block-start: calc(var(--rank1-toolbar-offset, 0px) + 4.5rem);
    display: block;
    min-height: 2.25rem;
    margin: 0 auto 0.5rem;
    padding-inline: 1rem;
    border: 1px solid transparent;
    border-radius: 2rem;
    background: var(--_accent);
    color: var(--_on-accent);
    font-size: 0.875rem;
    font-weight: 600;
    cursor: pointer;
  }

  .row {
    position: relative;
    display: grid;
    grid-template-columns: 1.75rem minmax(0, 1fr);
    column-gap: 0.5rem;
    padding-block: 1rem 0.875rem;
    padding-inline: 0.75rem 1rem;
    border: 1px solid var(--_line);
    border-radius: var(--_radius);
    background: var(--_surface);
  }

  .row[data-counts='false'],
  .row[data-state='stopped'],
  .row[data-state='failed'] {
    background: var(--_soft);
  }

  /* where the documents that count end */
  .first-outside {
    margin-block-start: 2.25rem;
  }

  .first-outside::before {
    position: absolute;
    inset-block-end: calc(100% + 0.5rem);
    inset-inline-start: 0.75rem;
    color: var(--_muted);
    font-size: 0.8125rem;
    font-weight: 600;
    line-height: 1.25rem;
    content: attr(data-divider);
  }

  .rank {
    padding-block-start: 0.0625rem;
    color: var(--_muted);
    font-size: 0.9375rem;
    font-weight: 600;
    font-variant-numeric: tabular-nums;
    line-height: 1.5rem;
    text-align: center;
  }

  .row[data-counts='true'] .rank {
    color: var(--_relevant);
  }

  .dot {
    display: inline-block;
    width: 0.5rem;
    height: 0.5rem;
    border: 1.5px solid var(--_line-strong);
    border-radius: 50%;
    vertical-align: 0.0625rem;
  }

  .row[data-state='reading'] .dot,
  .row[data-state='thinking'] .dot {
    border-color: var(--_accent);
    background: var(--_accent);
    /* in steps, as every frame may be drawn by the cores that the model runs on */
    animation: breathe 1.6s steps(5, jump-none) infinite;
  }

  @keyframes breathe {
    50% {
      opacity: 0.35;
    }
  }

  .passage {
    min-width: 0;
  }

  .title {
    margin: 0;
    margin-block-end: 0.125rem;
    font-size: 1rem;
    font-weight: 600;
    line-height: 1.5rem;
    overflow-wrap: anywhere;
  }

  .text {
    margin: 0;
    max-width: 72ch;
    color: var(--_ink);
    font-size: 0.9375rem;
    line-height: 1.6;
    white-space: pre-line;
    overflow-wrap: anywhere;
    line-break: strict;
  }

  .passage-note {
    margin: 0 0 0.125rem;
    color: var(--_muted);
    font-size: 0.8125rem;
  }

  .clamped,
  .row:is([data-state='reading'], [data-state='thinking']) .text {
    display: -webkit-box;
    overflow: hidden;
    -webkit-box-orient: vertical;
  }

  .clamped {
    color: var(--_muted);
    -webkit-line-clamp: 2;
    line-clamp: 2;
  }

  /* a very long document must not push the others away when it opens for its chain */
  .row:is([data-state='reading'], [data-state='thinking']) .text:not(.clamped) {
    -webkit-line-clamp: 12;
    line-clamp: 12;
  }

  .row[data-counts='true'] .text {
    color: var(--_ink);
  }

  /* documents that do not count are dimmed and compact, so that those in progress stay in view */
  .row[data-counts='false'] {
    padding-block: 0.625rem 0.5rem;
  }

  .row[data-counts='false'] .title {
    margin-block-end: 0;
  }

  .row[data-counts='false'] .clamped {
    -webkit-line-clamp: 1;
    line-clamp: 1;
  }

  :host([paused]) .row[data-state] .dot {
    animation: none;
  }

  @container (min-width: 42rem) {
    .row {
      grid-template-columns: 2.25rem minmax(0, 1.2fr) minmax(0, 1fr);
      column-gap: 0.75rem;
      padding-inline: 0.75rem 1.25rem;
    }

    .judgement {
      grid-column: 3;
      margin-block-start: 0;
      margin-inline-start: 0.75rem;
      padding-inline-start: 1.25rem;
      border-inline-start: 1px solid var(--_line);
    }
  }

  /* if there is room, the bar is on the same line as the verdict */
  @container (26rem < width < 42rem) or (width > 56rem) {
    .bar {
      flex: 1 1 3rem;
      order: 0;
      max-inline-size: 14rem;
      margin-block: 0;
    }
  }

  @container (min-width: 56rem) {
    .row {
      grid-template-columns: 2.25rem minmax(0, 1.5fr) minmax(0, 1fr);
    }
  }

  @media (prefers-reduced-motion: reduce) {
    .dot,
    .row[data-state] .dot {
      animation: none;
    }

    .fill {
      transition: none;
    }
  }

  @media print {
    .row {
      break-inside: avoid;
    }

    .row .text {
      display: block;
      -webkit-line-clamp: none;
      line-clamp: none;
    }

    .order {
      display: none;
    }
  }

  @media (forced-colors: active) {
    .order {
      border-color: ButtonBorder;
      background: ButtonFace;
      color: ButtonText;
    }

    .fill {
      background: CanvasText;
    }

    .bar {
      border: 1px solid CanvasText;
    }
  }
`;
