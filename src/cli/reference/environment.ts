/** The variables of the environment that we look at, each with what it does, for the manual page. */
export const environment: readonly (readonly [name: string, text: string])[] = [
  [
    'SLUICE_FLAG',
    'Each flag of links and run has a variable: SLUICE_PER_HOST stands for --per-host. A flag goes before its variable, and a variable before the pipeline file.',
  ],
  [
    'SLUICE_FLAG',
    'Stands for the flag of that name: SLUICE_PER_HOST=2 for --per-host 2, true or false for a flag without a value. A flag goes before its variable, and the variable before what a pipeline file says.',
  ],
  ['NAME', 'In a pipeline file, ${NAME} and ${NAME:-default} stand for the value of the variable of that name.'],
  [
    'HTTP_PROXY, HTTPS_PROXY, NO_PROXY',
    'The proxy for URLs of each scheme, and the hosts that are reached without one. The lower-case spellings go first.',
  ],
  ['TERM', 'With dumb, there is no live line on standard error.'],
  ['SHELL', 'The shell that sluice completion is for when none is named.'],
];
