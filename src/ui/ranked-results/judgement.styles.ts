import { css } from 'lit';

/** Styles of a document's judgement: verdict, score, badges, notes. */
export const judgementStyles = css`
  .judgement {
    grid-column: 2;
    min-width: 0;
    margin-block-start: 0.5rem;
  }

  .verdict {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 0 0.375rem;
    color: var(--_muted);
    font-size: 0.875rem;
    line-height: 1.5rem;
  }

  .icon {
    flex: none;
  }

  .verdict-label {
    flex: none;
    min-inline-size: 5.75rem;
    font-weight: 600;
  }

  .bar {
    position: relative;
    flex: 1 0 100%;
    order: 1;
    height: 0.375rem;
    margin-block: 0.125rem 0.25rem;
    overflow: hidden;
    border-radius: 1rem;
    background: color-mix(in srgb, var(--_ink) 11%, transparent);
  }

  .fill {
    display: block;
    height: 100%;
    min-inline-size: 0.375rem;
    border-radius: inherit;
    background: var(--_not-relevant);
    transition: inline-size 500ms cubic-bezier(0.2, 0, 0, 1);
  }

  /* one half, the default threshold */
  .bar::after {
    position: absolute;
    inset-block: 0;
    inset-inline-start: calc(50% - 0.5px);
    width: 1px;
    background: var(--_surface);
    content: '';
  }

  .score {
    flex: none;
    min-inline-size: 3.125rem;
    margin-inline-start: auto;
    color: var(--_ink);
    font-size: 0.9375rem;
    font-weight: 600;
    font-variant-numeric: tabular-nums;
    text-align: end;
  }

  .logit {
    flex: none;
    min-inline-size: 3.25rem;
    color: var(--_muted);
    font-size: 0.8125rem;
    font-variant-numeric: tabular-nums;
    text-align: end;
  }

  .badges {
    display: flex;
    flex-wrap: wrap;
    gap: 0.25rem 0.375rem;
    margin: 0.125rem 0 0;
  }

  .badge {
    padding-inline: 0.375rem;
    border: 1px solid var(--_line-strong);
    border-radius: 0.25rem;
    color: var(--_muted);
    font-size: 0.75rem;
    font-weight: 600;
    line-height: 1.25rem;
  }

  .row[data-counts='true'] .verdict {
    color: var(--_relevant);
  }

  .row[data-counts='true'] .fill {
    background: var(--_relevant);
  }

  .row[data-counts='false'] .score {
    color: var(--_muted);
  }

  .note {
    display: flex;
    align-items: center;
    gap: 0.375rem;
  }

  .row[data-state='failed'] .note {
    color: var(--_danger);
  }

  .note,
  .figures {
    margin: 0;
    color: var(--_muted);
    font-size: 0.8125rem;
    line-height: 1.5rem;
  }

  .figures {
    margin-block-start: 0.375rem;
    line-height: 1.5;
    font-variant-numeric: tabular-nums;
  }
`;
