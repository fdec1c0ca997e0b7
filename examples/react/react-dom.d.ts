/** Enough of react-dom for this example; a project of your own has @types/react-dom. */
declare module 'react-dom/client' {
  import type { ReactNode } from 'react';
  export function createRoot(container: Element): { render(children: ReactNode): void };
}
