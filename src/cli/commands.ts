import type { Command } from './command.ts';
import { checkCommand } from './commands/check.ts';
import { completionCommand } from './commands/completion.ts';
import { explainCommand } from './commands/explain.ts';
import { initCommand } from './commands/init.ts';
import { linksCommand } from './commands/links.ts';
import { runCommand } from './commands/run.ts';
import { schemaCommand } from './commands/schema.ts';
import { stagesCommand } from './commands/stages.ts';
import { testCommand } from './commands/test.ts';

/** The command that runs when none is named. */
export const defaultCommand: Command = linksCommand;

/** Every command there is, in the order of the help. */
export const commands: readonly Command[] = [
  linksCommand,
  runCommand,
  checkCommand,
  testCommand,
  explainCommand,
  stagesCommand,
  schemaCommand,
  initCommand,
  completionCommand,
];
