import type { StageDefinition } from '../core/stage.ts';
import type { Candidates, Flags, FlagValues } from './flags.ts';
import type { Io } from './io.ts';

/** A call of a command: what stood on the command line, read and checked against the command's flags. */
export interface CommandCall {
  /** What is no flag, in order. */
  readonly positionals: readonly string[];
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

/** A command of the command line. */
export interface Command {
  readonly name: string;
  /** One sentence for the help. */
  readonly summary: string;
  readonly positional?: Positional;
  readonly flags: (registry: readonly StageDefinition[]) => Flags;
  /** Calls that are worth seeing, each with what it does, for the command's help. */
  readonly examples?: readonly (readonly [call: string, what: string])[];
  /** Gives the exit code. Errors: ConfigError for wrong usage. */
  run(call: CommandCall): Promise<number> | number;
}
