/** The worker's half of pdf.js, imported for what it leaves on `globalThis`; the package declares no types for it. */
declare module 'pdfjs-dist/build/pdf.worker.mjs';

/** The same for Node, in tests. */
declare module 'pdfjs-dist/legacy/build/pdf.worker.mjs';
