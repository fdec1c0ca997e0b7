import { css } from 'lit';

/** Everything between toolbar and list: errors, notices, threshold, export, the "nothing relevant" state. */
export const panelStyles = css`
  .notice,
  .error {
    flex: 1 1 100%;
    order: 2;
    margin: 0;
    padding: 0.75rem 1rem;
    border-radius: var(--_radius);
    font-size: 0.9375rem;
    line-height: 1.5;
  }

  .notice {
    border: 1px solid var(--_line);
    background: var(--_surface);
  }

  .error {
    border: 1px solid color-mix(in srgb, var(--_danger) 45%, transparent);
    background: var(--_danger-soft);
  }

  .error p {
    margin: 0;
    overflow-wrap: anywhere;
  }

  .error .error-title {
    color: var(--_danger);
    font-weight: 600;
  }

  .threshold,
  .export {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 0.375rem 0.75rem;
    color: var(--_muted);
    font-size: 0.8125rem;
    font-variant-numeric: tabular-nums;
  }

  .export {
    padding: 0.625rem 0.75rem;
    border: 1px solid var(--_line);
    border-radius: var(--_radius);
    background: var(--_surface);
  }

  .threshold label,
  .export label {
    font-weight: 600;
  }

  .threshold input {
    flex: 1 1 6rem;
    min-width: 6rem;
    max-width: 14rem;
    height: 1.5rem;
    margin: 0;
    accent-color: var(--_accent);
    cursor: pointer;
  }

  .threshold-value {
    min-inline-size: 2.75rem;
    color: var(--_ink);
    font-weight: 600;
  }

  .export select {
    min-height: 2.25rem;
    max-width: 100%;
    padding-inline: 0.5rem;
    border: 1px solid var(--_line-strong);
    border-radius: 0.5rem;
    background: var(--_surface);
    color: var(--_ink);
    font: inherit;
    font-size: 0.875rem;
  }

  .export-note {
    overflow-wrap: anywhere;
  }

  .nothing {
    padding: 1.25rem 1.25rem 1.375rem;
    border: 1px dashed var(--_line-strong);
    border-radius: var(--_radius);
    color: var(--_muted);
    font-size: 0.9375rem;
    line-height: 1.5;
  }

  .nothing p {
    margin: 0;
    text-wrap: pretty;
  }

  .nothing .nothing-title {
    margin-block-end: 0.25rem;
    color: var(--_ink);
    font-size: 1.0625rem;
    font-weight: 600;
  }
`;
