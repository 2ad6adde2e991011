import { dirname, resolve } from 'node:path';
import { loadPipeline } from '../../pipeline/load.ts';
import { tableColumns } from '../../pipeline/tables.ts';
import type { Command } from '../command.ts';
import { execute } from '../execute.ts';
import { readPipelineText } from '../pipeline-text.ts';
import { readRunFlags, runFlags, runKeyFlags, setFlag, setsOf } from '../run-flags.ts';

/** `sluice run`: runs a pipeline file. */
export const runCommand: Command = {
  name: 'run',
  summary: 'Runs a pipeline file.',
  positional: { name: 'pipeline', description: 'Pipeline file (YAML or JSON).', isRequired: true, isList: false },
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
    const text = await readPipelineText(file, io);
    const pipeline = loadPipeline(text, { file, env: io.env, sets: setsOf(values, io.cwd) }, registry, tableColumns);
    return await execute(pipeline, resolve(io.cwd, dirname(file)), readRunFlags(values), io);
  },
};
