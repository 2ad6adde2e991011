import { closest, distance } from 'fastest-levenshtein';
import yargs, { type Argv } from 'yargs';
import { ConfigError } from '../core/errors.ts';
import type { StageDefinition } from '../core/stage.ts';
import { VERSION } from '../core/version.ts';
import { type Command, type CommandCode, positionalUsage } from './command.ts';
import { commands } from './commands.ts';
import { exitCodeOfError, exitCodes } from './exit-codes.ts';
import { type Flags, type FlagValues, isRepeatable } from './flags/flags.ts';
import type { Io } from './io.ts';
import { errorText } from './report/error-text.ts';

const HELP_WIDTH = 100;
/** Up to so many letters apart, a wrong name is taken for a slip. */
const MAX_SLIP = 2;

const [defaultCommand] = commands;

/** A command with the values that it was called with. */
interface Choice {
  readonly command: Command;
  readonly code: CommandCode;
  readonly flags: Flags;
  readonly values: FlagValues;
}

/** Runs the command that the arguments name. Gives the exit code; every error has been told on standard error by then. */
export async function runCommandLine(args: readonly string[], io: Io): Promise<number> {
  try {
    // Before the stages are loaded, which it has no use for.
    if (args.length === 1 && args[0] === '--version') {
      io.stdout.write(`${VERSION}\n`);
      return exitCodes.ok;
    }
    const { stageDefinitions: registry } = await import('../stages/registry.ts');
    const choice = await choose(args, registry, io);
    if (choice === undefined) return exitCodes.ok;
    checkFlags(choice);
    checkSwitches(choice, args);
    const positionals = positionalsOf(choice);
    if (choice.command === defaultCommand) checkCommandName(args, positionals);
    const { code, flags, values } = choice;
    return await code.run({ positionals, flags, values, io, registry, commands });
  } catch (error) {
    io.stderr.write(`${errorText(error)}\n`);
    return exitCodeOfError(error);
  }
}

/** The command that the arguments name; undefined when they asked for the help or the version, which has been printed. */
async function choose(
  args: readonly string[],
  registry: readonly StageDefinition[],
  io: Io,
): Promise<Choice | undefined> {
  let choice: Choice | undefined;
  let parser = yargs()
    .scriptName('sluice')
    .usage('$0 [command] [flags]\n\nFetches the pages of a list of URLs and writes their links as rows.')
    .parserConfiguration({
      'boolean-negation': false,
      'camel-case-expansion': false,
      'dot-notation': false,
      'parse-positional-numbers': false,
      'strip-aliased': true,
    })
    .version(VERSION)
    .alias({ help: 'h' })
    .wrap(HELP_WIDTH)
    .detectLocale(false)
    .exitProcess(false)
    .fail((message, error) => {
      const command = commands.find(({ name }) => name === args[0]);
      const help = command === undefined ? 'sluice --help' : `sluice ${command.name} --help`;
      throw new ConfigError(`${inOurWords(message ?? error.message)}; try '${help}'.`, { cause: error });
    });
  for (const command of commands) {
    // yargs takes for a command only what stands among the arguments; of the others, the help has the name and the summary.
    const mayBeCalled = command === defaultCommand || args.includes(command.name);
    const code = mayBeCalled ? await command.load() : undefined;
    parser = addCommand(parser, command, code, registry, (chosen) => {
      choice = chosen;
    });
  }
  let printed = '';
  const words = args.map((word) => (word === '-' ? STAND_IN : word));
  await parser.parseAsync(words, {}, (_error, _values, output) => {
    printed = output;
  });
  if (printed === '') return choice;
  io.stdout.write(`${printed}\n`);
  return undefined;
}

/** What yargs says of things that are missing, in words that need not be known. */
function inOurWords(message: string): string {
  const [, flag] = /^Not enough arguments following: (.+)$/.exec(message) ?? [];
  if (flag !== undefined) return `a value is missing behind ${flag.length === 1 ? '-' : '--'}${flag}`;
  return message.startsWith('Not enough non-option arguments') ? 'an argument is missing' : message;
}

/** Without its code, the command is only named. */
function addCommand(
  parser: Argv,
  command: Command,
  code: CommandCode | undefined,
  registry: readonly StageDefinition[],
  onChoice: (choice: Choice) => void,
): Argv {
  const { positional, summary } = command;
  const usage = `${command.name} ${positionalUsage(command)}`.trimEnd();
  const names = command === defaultCommand ? [usage, '$0'] : usage;
  if (code === undefined) return parser.command(names, summary);
  const { examples = [] } = code;
  let flags: Flags = {};
  return parser.command(
    names,
    summary,
    (own) => {
      for (const [call, what] of examples) own.example(call, what);
      if (positional !== undefined) {
        own.positional(positional.name, { type: 'string', describe: positional.description });
      }
      flags = code.flags(registry);
      return own.options(flags);
    },
    (values) => onChoice({ command, code, flags, values: lastOfEach(flags, withDashes(values)) }),
  );
}

/** What yargs is given in the place of a `-`, which it drops from a list of arguments. No argument can have a zero byte. */
const STAND_IN = '\0-';

function withDashes(values: FlagValues): FlagValues {
  const restored = (value: unknown): unknown =>
    Array.isArray(value) ? value.map(restored) : value === STAND_IN ? '-' : value;
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, restored(value)]));
}

/** A flag that takes one value and was given several times has the last one, as shells' aliases with defaults want it. */
function lastOfEach(flags: Flags, values: FlagValues): FlagValues {
  const entries = Object.entries(values).map(([name, value]) => {
    const flag = flags[name];
    const isOne = flag !== undefined && !isRepeatable(flag);
    return [name, isOne && Array.isArray(value) ? value.at(-1) : value];
  });
  return Object.fromEntries(entries);
}

function positionalsOf({ command, values }: Choice): readonly string[] {
  const { positional } = command;
  const surplus = values['_'] as readonly unknown[];
  // The first one is the command's own name where it was named; what follows a `--` comes last.
  const extra = surplus[0] === command.name ? surplus.slice(1) : surplus;
  const given = positional === undefined ? [] : [values[positional.name] ?? []].flat();
  const positionals = [...given, ...extra].map(String);
  const most = positional === undefined ? 0 : positional.isList ? Number.POSITIVE_INFINITY : 1;
  if (positionals.length > most) {
    throw new ConfigError(
      `unexpected argument ${JSON.stringify(positionals[most])}. Try 'sluice ${command.name} --help'.`,
    );
  }
  return positionals;
}

/** Refuses flags that the command doesn't have, and those that were given without their value. */
function checkFlags({ command, flags, values }: Choice): void {
  const names = [...Object.keys(flags), 'help', 'version'];
  const own = new Set([...names, '_', '$0', command.positional?.name]);
  for (const name of Object.keys(values)) {
    if (own.has(name)) continue;
    const nearest = closest(name, names);
    // A letter is near to any other.
    const isSlip = name.length > 1 && distance(name, nearest) <= MAX_SLIP;
    const advice = isSlip ? ` did you mean --${nearest}?` : ` try 'sluice ${command.name} --help'.`;
    throw new ConfigError(`unknown flag ${name.length === 1 ? `-${name}` : `--${name}`};${advice}`);
  }
}

/** Refuses a switch with a value that is none: the parser takes all but `true` for `false`. */
function checkSwitches({ flags }: Choice, args: readonly string[]): void {
  const end = args.indexOf('--');
  for (const word of end === -1 ? args : args.slice(0, end)) {
    const [, written = '', value = ''] = /^(--?[^=]+)=(.*)$/s.exec(word) ?? [];
    const [name] =
      Object.entries(flags).find(([long, { alias }]) => [`--${long}`, `-${alias}`].includes(written)) ?? [];
    if (name === undefined || flags[name]?.type !== 'boolean' || value === 'true' || value === 'false') continue;
    throw new ConfigError(`--${name}: expected true or false, got ${JSON.stringify(value)}.`);
  }
}

/** `sluice chek x.yaml` is a misspelt command, not a host name. */
function checkCommandName(args: readonly string[], urls: readonly string[]): void {
  const first = urls[0] ?? '';
  if (args[0] !== first || /[^a-z]/.test(first)) return;
  const nearest = closest(
    first,
    commands.map((command) => command.name),
  );
  if (distance(first, nearest) > MAX_SLIP) return;
  throw new ConfigError(
    `unknown command "${first}"; did you mean "${nearest}"? (To fetch a host of that name, write http://${first}/.)`,
  );
}
