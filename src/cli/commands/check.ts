import type { StageDefinition } from '../../core/stage.ts';
import type { PipelineTables } from '../../pipeline/checks/outputs.ts';
import { messagesInOrder } from '../../pipeline/checks/problems.ts';
import { examineFile } from '../../pipeline/load.ts';
import { tableColumns } from '../../pipeline/tables.ts';
import type { Command } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { readPipelineText } from '../pipeline-text.ts';

/** `sluice check`: tells every mistake of pipeline files; nothing is run. */
export const checkCommand: Command = {
  name: 'check',
  summary: 'Checks pipeline files; tells each mistake as file:line:column: message.',
  positional: { name: 'pipelines', description: 'Pipeline files.', isRequired: true, isList: true },
  flags: () => ({}),
  examples: [['sluice check pipelines/*.yaml', '']],
  run: async ({ positionals, io, registry }) => {
    const files = [];
    for (const file of positionals) files.push({ file, text: await readPipelineText(file, io) });
    const problems = checkFiles(files, io.env, registry, tableColumns);
    if (problems.length === 0) return exitCodes.ok;
    io.stderr.write(`${problems.join('\n')}\n`);
    return exitCodes.usage;
  },
};

/** A pipeline file to check. */
export interface CheckedFile {
  /** Its name as it shall be shown. */
  readonly file: string;
  readonly text: string;
}

/**
 * Gives every problem of the files, as lines: file after file, in each by place. None where all is well.
 * Nothing is opened or asked for.
 */
export function checkFiles(
  files: readonly CheckedFile[],
  env: Readonly<Record<string, string | undefined>>,
  registry: readonly StageDefinition[],
  tables: PipelineTables,
): readonly string[] {
  return files.flatMap(({ file, text }) => {
    const { problems } = examineFile(text, { file, env, sets: [] }, registry, tables);
    return messagesInOrder(problems);
  });
}
