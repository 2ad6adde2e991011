import type { StageDefinition } from '../../core/stage.ts';
import { pipelineJsonSchema } from '../../pipeline/schema.ts';
import type { CommandCode } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { switchFlag } from '../flags/flags.ts';

/** `sluice schema`: prints the JSON Schema of pipeline files. */
export const schemaCommand: CommandCode = {
  flags: () => ({ tests: switchFlag('That of test files (*.test.yaml).') }),
  run: async ({ io, values, registry }) => {
    io.stdout.write(values['tests'] === true ? await testSchemaText() : schemaText(registry));
    return exitCodes.ok;
  },
};

/** Gives the JSON Schema of pipeline files as text, ended by a line feed. */
export function schemaText(registry: readonly StageDefinition[]): string {
  return `${JSON.stringify(pipelineJsonSchema(registry), null, 2)}\n`;
}

/** Gives the JSON Schema of test files as text, ended by a line feed. */
export async function testSchemaText(): Promise<string> {
  const { testJsonSchema } = await import('../../testing/document/test-schema.ts');
  return `${JSON.stringify(testJsonSchema(), null, 2)}\n`;
}
