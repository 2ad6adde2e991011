import type { StageDefinition } from '../../core/stage.ts';
import { type Command, positionalUsage } from '../command.ts';
import { type Candidates, type Flag, isRepeatable } from '../flags/flags.ts';

/** A command as its reference shows it: the manual page and the completion of shells. */
export interface CommandDescription {
  readonly name: string;
  readonly summary: string;
  /** What it takes beside its flags: `<pipeline>`, `[urls..]`; empty for nothing. */
  readonly usage: string;
  /** What a shell may offer where no flag and no flag's value is due. */
  readonly candidates: Candidates | undefined;
  readonly flags: readonly FlagDescription[];
  readonly examples: readonly (readonly [call: string, what: string])[];
}

/** A flag as its reference shows it. */
export interface FlagDescription {
  /** All spellings, the long one first: `--output`, `-o`. */
  readonly spellings: readonly string[];
  readonly description: string;
  /** Whether a value follows it. */
  readonly hasValue: boolean;
  readonly isRepeatable: boolean;
  /** As a user would write it; undefined where there is none. */
  readonly default: string | undefined;
  /** The heading under which it stands in the help, without a colon. */
  readonly group: string | undefined;
  /** What a shell may offer as its value. */
  readonly candidates: Candidates | undefined;
}

/** The flags that every command has. */
const COMMON_FLAGS: readonly FlagDescription[] = [
  describeFlag('help', { type: 'boolean', alias: 'h', description: 'Shows the help of the command.' }),
  describeFlag('version', { type: 'boolean', description: 'Shows the version.' }),
];

/** Describes the commands, in their order, each with its flags in the order of its help: all of them are loaded. */
export async function describeCommands(
  commands: readonly Command[],
  registry: readonly StageDefinition[],
): Promise<readonly CommandDescription[]> {
  return await Promise.all(commands.map((command) => describeCommand(command, registry)));
}

async function describeCommand(command: Command, registry: readonly StageDefinition[]): Promise<CommandDescription> {
  const { name, summary, positional } = command;
  const { flags, examples = [] } = await command.load();
  const own = Object.entries(flags(registry)).map(([flag, options]) => describeFlag(flag, options));
  const candidates =
    typeof positional?.candidates === 'function' ? positional.candidates(registry) : positional?.candidates;
  return { name, summary, usage: positionalUsage(command), candidates, flags: [...own, ...COMMON_FLAGS], examples };
}

function describeFlag(name: string, flag: Flag): FlagDescription {
  const { alias = [], description = '', group, defaultDescription, candidates } = flag;
  const short = [alias].flat().map((letter) => `-${letter}`);
  return {
    spellings: [`--${name}`, ...short],
    description,
    hasValue: flag.type !== 'boolean',
    isRepeatable: isRepeatable(flag),
    default: defaultDescription,
    group: group?.replace(/:$/, ''),
    candidates: typeof candidates === 'function' ? candidates() : candidates,
  };
}
