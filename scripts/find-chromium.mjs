// Finds the Chromium for browser tests and commands: $CHROMIUM, or an installed one.
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

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
  const folders = (process.env.PATH ?? '').split(delimiter);
  const candidates = [
    process.env.CHROMIUM,
    ...NAMES.flatMap((name) => folders.map((folder) => join(folder, name))),
    ...MAC_APPLICATIONS,
    ...WINDOWS_FOLDERS.flatMap((name) => {
      const folder = process.env[name];
      return folder ? WINDOWS_APPLICATIONS.map((application) => join(folder, application)) : [];
    }),
  ];
  return candidates.find((path) => path && isExecutable(path));
}

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
