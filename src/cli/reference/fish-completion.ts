import type { Candidates } from '../flags/flags.ts';
import type { CommandDescription, FlagDescription } from './describe-commands.ts';

/** Gives the completion script for fish, 3.0 and later. The first command is the one that runs when none is named. */
export function fishCompletion(commands: readonly CommandDescription[]): string {
  const [first, ...others] = commands;
  const otherNames = others.map(({ name }) => name).join(' ');
  const lines = commands.flatMap((command) => {
    const isChosen =
      command === first
        ? `not __fish_seen_subcommand_from ${otherNames}`
        : `__fish_seen_subcommand_from ${command.name}`;
    return [
      `complete -c sluice -n __fish_use_subcommand -a ${command.name} -d ${quote(command.summary)}`,
      ...command.flags.map((flag) => `complete -c sluice -n ${quote(isChosen)} ${flagArguments(flag)}`),
      ...(command.candidates === undefined
        ? []
        : [`complete -c sluice -n ${quote(isChosen)} ${candidateArguments(command.candidates)}`]),
    ];
  });
  return [
    '# Completion of sluice for fish; made by: sluice completion fish',
    'complete -c sluice -f',
    ...lines,
    '',
  ].join('\n');
}

/** Folders, and files by their names. That function of fish puts those of a suffix first, and has the others behind them. */
const ALL = String.raw`__fish_complete_suffix .yaml | string match -r '.*(?:/|\.ya?ml|\.json)$'`;
const PIPELINES = String.raw`(${ALL} | string match -rv '\.test\.yaml$')`;
const TESTS = String.raw`(__fish_complete_suffix .test.yaml | string match -r '.*(?:/|\.test\.yaml)$')`;

function flagArguments({ spellings, description, hasValue, candidates }: FlagDescription): string {
  const names = spellings.map((spelling) => spelling.replace(/^-(-?)/, (_, long) => (long === '' ? '-s ' : '-l ')));
  const value = hasValue ? [candidates === undefined ? '-x' : `-r ${candidateArguments(candidates)}`] : [];
  return [...names, ...value, `-d ${quote(description)}`].join(' ');
}

function candidateArguments(candidates: Candidates): string {
  if (candidates === 'file') return '-F';
  if (candidates === 'pipeline') return `-k -a ${quote(PIPELINES)}`;
  if (candidates === 'pipeline or test') return `-k -a ${quote(`(${ALL})`)}`;
  if (candidates === 'test') return `-k -a ${quote(TESTS)}`;
  return `-f -a ${quote(candidates.join(' '))}`;
}

function quote(text: string): string {
  return `'${text.replaceAll(/['\\]/g, '\\$&')}'`;
}
