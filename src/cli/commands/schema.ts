import type { StageDefinition } from '../../core/stage.ts';
import { pipelineJsonSchema } from '../../pipeline/schema.ts';
import type { Command } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';

/** `sluice schema`: prints the JSON Schema of pipeline files. */
export const schemaCommand: Command = {
  name: 'schema',
  summary: 'Prints the JSON Schema of pipeline files, from which editors complete and check.',
  flags: () => ({}),
  run: ({ io, registry }) => {
    io.stdout.write(schemaText(registry));
    return exitCodes.ok;
  },
};

/** Gives the JSON Schema of pipeline files as text, ended by a line feed. */
export function schemaText(registry: readonly StageDefinition[]): string {
  return `${JSON.stringify(pipelineJsonSchema(registry), null, 2)}\n`;
}
