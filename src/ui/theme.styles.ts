/**
 * Colours and type shared by the elements. Every public `--rank1-*` property has its default here; the other style
 * sheets use the private `--_*` names. Light or dark follows the `color-scheme` where the element is placed, so a page
 * that allows both gets the user's preference, and a page with one scheme keeps it. All text colours have a contrast of
 * at least 4.5 to 1 on `--_surface` and `--_soft`.
 */
import { css } from 'lit';

export const themeStyles = css`
  :host {
    --_font: var(
      --rank1-font,
      system-ui,
      -apple-system,
      'Segoe UI',
      Roboto,
      'Noto Sans',
      'Liberation Sans',
      sans-serif
    );
    --_surface: var(--rank1-surface, light-dark(#ffffff, #17191d));
    --_soft: var(--rank1-soft, light-dark(#f4f5f7, #1f2227));
    --_ink: var(--rank1-ink, light-dark(#16181d, #e8eaee));
    --_muted: var(--rank1-muted, light-dark(#575d68, #a3aab5));
    --_line: var(--rank1-line, light-dark(#e1e4e9, #2e323a));
    --_line-strong: var(--rank1-line-strong, light-dark(#838b98, #717987));
    --_accent: var(--rank1-accent, light-dark(#2450b8, #9ab8ff));
    --_on-accent: var(--rank1-on-accent, light-dark(#ffffff, #0c1b40));
    --_relevant: var(--rank1-relevant, light-dark(#12683f, #74d6a5));
    --_not-relevant: var(--rank1-not-relevant, light-dark(#6a717d, #929aa6));
    --_mark: var(--rank1-mark, light-dark(#fdeeb4, #51430f));
    --_mark-ink: var(--rank1-mark-ink, light-dark(#3d3000, #ffedb0));
    --_danger: var(--rank1-danger, light-dark(#a4231b, #ffb4a9));
    --_danger-soft: var(--rank1-danger-soft, light-dark(#fdf0ee, #351a17));
    --_radius: var(--rank1-radius, 0.75rem);

    color: var(--_ink);
    font-family: var(--_font);
  }

  *,
  *::before,
  *::after {
    box-sizing: border-box;
  }

  button {
    font: inherit;
  }

  :focus-visible {
    outline: 2px solid var(--_accent);
    outline-offset: 2px;
  }

  mark {
    background: var(--_mark);
    color: var(--_mark-ink);
    border-radius: 0.2em;
    padding: 0.05em 0.15em;
    margin: 0 -0.15em;
    -webkit-box-decoration-break: clone;
    box-decoration-break: clone;
  }

  @media (forced-colors: active) {
    mark {
      background: Mark;
      color: MarkText;
    }
  }

  [hidden] {
    display: none !important;
  }

  .visually-hidden {
    position: absolute;
    width: 1px;
    height: 1px;
    margin: -1px;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }
`;
