/** Default pairs for comparing models: half relevant, half not. */
import type { Sample } from './agreement.ts';

export const DEFAULT_SAMPLES: readonly Sample[] = [
  [
    'what causes the tides',
    'The pull of the moon, and less so of the sun, raises the tides of the sea twice a day.',
  ],
  [
    'what causes the tides',
    'Many harbours charge a fee by the length of the boat and the number of nights it stays.',
  ],
  [
    'how long does bread keep',
    'Wheat bread keeps about four days at room temperature; rye bread keeps a week or longer.',
  ],
  [
    'how long does bread keep',
    'The bakery opened in the old station after the railway line had been closed.',
  ],
  [
    'who invented the telescope',
    'Hans Lippershey applied for a patent on the telescope in 1608; others claimed it too.',
  ],
  ['who invented the telescope', 'A telescope on a mountain sees more stars because less air lies above it.'],
  [
    'why do leaves turn red in autumn',
    'When days grow short, leaves lose their green and some make red pigments from sugar.',
  ],
  [
    'why do leaves turn red in autumn',
    'The red squirrel builds its nest of twigs and leaves high in a tree.',
  ],
  ['can dogs eat grapes', 'Grapes and raisins are poisonous to dogs and can make their kidneys fail.'],
  ['can dogs eat grapes', 'Dogs were first kept by people who hunted, long before anyone planted grapes.'],
  ['how deep is lake baikal', 'Lake Baikal in Siberia is 1,642 metres deep, more than any other lake.'],
  ['how deep is lake baikal', 'The trains along Lake Baikal pass through thirty-eight tunnels.'],
].map(([query, document]) => ({ query: query!, document: document! }));
