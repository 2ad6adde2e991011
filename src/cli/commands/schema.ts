import type { StageDefinition } from '../../core/stage.ts';
import type { PipelineTables } from '../../pipeline/checks/outputs.ts';
import { pipelineJsonSchema } from '../../pipeline/schema.ts';
import { tableColumns } from '../../pipeline/tables.ts';
import type { Command } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';

/** `sluice schema`: prints the JSON Schema of pipeline files. */
export const schemaCommand: Command = {
  name: 'schema',
  summary: 'Prints the JSON Schema of pipeline files, from which editors complete and check.',
  flags: () => ({}),
  run: ({ io, registry }) => {
    io.stdout.write(schemaText(registry, tableColumns));
    return exitCodes.ok;
  },
};

/** Gives the JSON Schema of pipeline files as text, ended by a line feed. */
export function schemaText(registry: readonly StageDefinition[], tables: PipelineTables): string {
  return `${JSON.stringify(pipelineJsonSchema(registry, tables), null, 2)}\n`;
}
