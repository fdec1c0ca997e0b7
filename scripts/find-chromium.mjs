// Finds the Chromium for browser tests and commands: $CHROMIUM, or an installed one.
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

const HEADLESS_NAMES = ['chromium-headless-shell', 'chrome-headless-shell'];
const NAMES = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome'];
const MAC_APPLICATIONS = [
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

const WINDOWS_FOLDERS = ['ProgramFiles', 'ProgramFiles(x86)', 'LOCALAPPDATA'];
const WINDOWS_APPLICATIONS = ['Chromium', join('Google', 'Chrome'), join('Microsoft', 'Edge')].map((name) =>
  join(name, 'Application', name.endsWith('Edge') ? 'msedge.exe' : 'chrome.exe'),
);

/** Path of an executable Chromium, Chrome or Edge; undefined if there is none. */
export function findChromium() {
  const candidates = [
    process.env.CHROMIUM,
    ...onPath(NAMES),
    ...MAC_APPLICATIONS,
    ...WINDOWS_FOLDERS.flatMap((name) => {
      const folder = process.env[name];
      return folder ? WINDOWS_APPLICATIONS.map((application) => join(folder, application)) : [];
    }),
  ];
  return candidates.find((path) => path && isExecutable(path));
}

/**
 * Path of a headless shell: the same engine without a browser's window, tabs and extensions, where a page takes half the
 * processor time. Where there is none, or $CHROMIUM names a browser, as `findChromium`.
 */
export function findHeadlessChromium() {
  return (!process.env.CHROMIUM && onPath(HEADLESS_NAMES).find(isExecutable)) || findChromium();
}

function onPath(names) {
  const folders = (process.env.PATH ?? '').split(delimiter);
  return names.flatMap((name) => folders.map((folder) => join(folder, name)));
}

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
