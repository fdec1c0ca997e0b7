/**
 * Asks the browser not to evict the page's storage when the disk is full. Nothing waits for the answer: Firefox asks
 * the user, who may never reply, and what is stored is stored either way. Only a page can ask, not a worker.
 */
export function askToPersist(): void {
  // Missing on an insecure page, refused where storage is disabled.
  void navigator.storage?.persist?.().catch(() => false);
}
