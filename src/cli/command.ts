import type { StageDefinition } from '../core/stage.ts';
import type { Candidates, Flags, FlagValues } from './flags/flags.ts';
import type { Io } from './io.ts';

/** A call of a command: what stood on the command line, read and checked against the command's flags. */
export interface CommandCall {
  /** What is no flag, in order. */
  readonly positionals: readonly string[];
  /** The command's flags. */
  readonly flags: Flags;
  readonly values: FlagValues;
  readonly io: Io;
  readonly registry: readonly StageDefinition[];
  /** All commands there are, for those that speak of them. */
  readonly commands: readonly Command[];
}

/** What a command takes beside its flags. */
export interface Positional {
  readonly name: string;
  readonly description: string;
  readonly isRequired: boolean;
  readonly isList: boolean;
  /** What a shell may offer for it. */
  readonly candidates?: Candidates | ((registry: readonly StageDefinition[]) => Candidates);
}

/** A command of the command line: what can be said of it before it is called. */
export interface Command {
  readonly name: string;
  /** One sentence for the help. */
  readonly summary: string;
  readonly positional?: Positional;
  /** Loads the rest, which takes its time: only of a command that is called, or described in full. */
  load(): Promise<CommandCode>;
}

/** What a command does, and its flags. */
export interface CommandCode {
  readonly flags: (registry: readonly StageDefinition[]) => Flags;
  /** Calls that are worth seeing, each with what it does, for the command's help. */
  readonly examples?: readonly (readonly [call: string, what: string])[];
  /** Gives the exit code. Errors: ConfigError for wrong usage. */
  run(call: CommandCall): Promise<number> | number;
}

/** Gives what a command takes beside its flags as a usage line has it: `<pipelines..>`, `[name]`, or nothing. */
export function positionalUsage({ positional }: Pick<Command, 'positional'>): string {
  if (positional === undefined) return '';
  const text = positional.isList ? `${positional.name}..` : positional.name;
  return positional.isRequired ? `<${text}>` : `[${text}]`;
}
