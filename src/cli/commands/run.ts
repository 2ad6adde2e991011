import { ConfigError } from '../../core/errors.ts';
import type { CommandCode } from '../command.ts';
import { execute } from '../execute.ts';
import { readRunFlags, runFlags, runKeyFlags, setFlag } from '../flags/run-flags.ts';
import { loadFile } from '../pipeline-file.ts';
import { tellWarnings } from '../report/warnings.ts';

/** `sluice run`: runs a pipeline file. */
export const runCommand: CommandCode = {
  flags: () => ({ set: setFlag, ...runKeyFlags, ...runFlags }),
  examples: [
    ['sluice run links.yaml', ''],
    [
      'sluice run links.yaml --set steps.0.fetch.timeout=5s --limit 100',
      'with another time-out, for the first 100 lines',
    ],
  ],
  run: async ({ positionals, values, io, registry }) => {
    const file = positionals[0] ?? '';
    if (file === '-') {
      throw new ConfigError('standard input is where URLs come from: run takes a file; check and explain take - too.');
    }
    const { pipeline, baseDirectory, warnings, given } = await loadFile(file, { values, io, registry });
    const flags = readRunFlags(given);
    tellWarnings(warnings, flags.isQuiet, io);
    return await execute(pipeline, baseDirectory, flags, io);
  },
};
