/** Worker half of pdf.js, imported for its effect on `globalThis`; the package has no types for it. */
declare module 'pdfjs-dist/build/pdf.worker.mjs';

/** The Node build, for tests. */
declare module 'pdfjs-dist/legacy/build/pdf.worker.mjs';
