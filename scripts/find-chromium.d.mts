export function findChromium(): string | undefined;

/** Path of a headless shell; where there is none, or $CHROMIUM names a browser, as `findChromium`. */
export function findHeadlessChromium(): string | undefined;
