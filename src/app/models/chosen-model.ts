/** Which model the person wants the pages to use; kept in this browser. */
const KEY = 'rank1-model';
export const DEMO_MODEL = 'models/rank1-demo/';

/** `opfs:<name>`, or the demo model's folder. */
export function readChosenModel(): string {
  try {
    return localStorage.getItem(KEY) ?? DEMO_MODEL;
  } catch {
    return DEMO_MODEL; // storage is refused: nothing was ever chosen
  }
}

export function writeChosenModel(address: string): void {
  try {
    localStorage.setItem(KEY, address);
  } catch {
    // it holds for this page then
  }
}
