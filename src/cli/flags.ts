import type { Options } from 'yargs';
import type { StageDefinition } from '../core/stage.ts';
import { describeOptions, type OptionDescription } from '../pipeline/options.ts';

/** What a shell may offer in the place of a value: these words, or names of files; of pipeline or test files where those are due. */
export type Candidates = readonly string[] | 'file' | 'pipeline' | 'test' | 'pipeline or test';

/** A flag as yargs takes it, and what a shell may offer as its value; a function, where it takes time to find that out. */
export type Flag = Options & { readonly candidates?: Candidates | (() => Candidates) };

/** A command's flags by name. */
export type Flags = Readonly<Record<string, Flag>>;

/** Values of a command line by flag name, as yargs gives them: texts, true, or lists of texts. */
export type FlagValues = Readonly<Record<string, unknown>>;

/** A flag that sets one option of a stage; name, type, default and description come from the stage's definition. */
export interface StageFlag {
  /** `--per-host`, without the dashes. */
  readonly name: string;
  /** Name of the stage's option: `perHost`. */
  readonly option: OptionDescription;
  /** True for `--no-x`, which turns off an option that is on. */
  readonly isNegated: boolean;
}

const FLAG_TEXT: Flag = { type: 'string', nargs: 1, requiresArg: true };

/** A flag that takes one value, given once. */
export function valueFlag(description: string, extra: Flag = {}): Flag {
  return { ...FLAG_TEXT, description, ...extra };
}

/** A flag that takes one value and may be given several times. Its value is a list. */
export function repeatableFlag(description: string, extra: Flag = {}): Flag {
  // Not yargs' own `array`, which takes the `-` of `--input -` for the next flag.
  return { ...FLAG_TEXT, coerce: asList, description, ...extra };
}

/** True for a flag that `repeatableFlag` made. */
export function isRepeatable(flag: Flag): boolean {
  return flag.coerce === asList;
}

/** A flag that takes no value. */
export function switchFlag(description: string, extra: Flag = {}): Flag {
  return { type: 'boolean', description, ...extra };
}

/** The flags of a stage: one an option, but for those in `except`. */
export function stageFlags(definition: StageDefinition, except: readonly string[] = []): readonly StageFlag[] {
  return describeOptions(definition.options)
    .filter((option) => !except.includes(option.name))
    .map((option) => {
      const isNegated = option.type === 'boolean' && option.default === true;
      return { name: `${isNegated ? 'no-' : ''}${kebabCase(option.name)}`, option, isNegated };
    });
}

/** How yargs is to take a stage's flag. */
export function yargsOption({ option, isNegated }: StageFlag, group: string, alias: string | undefined): Flag {
  const named = { group, ...(alias === undefined ? {} : { alias }) };
  if (option.type === 'boolean')
    return switchFlag(isNegated ? `Turns off: ${option.description}` : option.description, named);
  const hasDefault = option.default !== undefined && option.default !== null;
  return valueFlag(option.description, {
    ...named,
    ...(option.choices === undefined ? {} : { candidates: option.choices }),
    ...(hasDefault
      ? { defaultDescription: Array.isArray(option.default) ? option.default.join(',') : String(option.default) }
      : {}),
  });
}

/**
 * The value of a flag as a pipeline file would have it: what looks like a number where a number is due, lists split at commas.
 *
 * What doesn't look right stays as it is, so that the check of the pipeline can say what was expected.
 */
export function documentValue({ option, isNegated }: StageFlag, given: unknown): unknown {
  if (option.type === 'boolean') return isNegated ? given !== true : given;
  if (typeof given !== 'string') return given;
  if (option.type === 'integer' || option.type === 'number') return numberOf(given);
  return option.type === 'list' ? listOf(given) : given;
}

/** A text of digits as a number; anything else as it is. */
export function numberOf(text: string): number | string {
  return /^-?\d+(?:\.\d+)?$/.test(text) ? Number(text) : text;
}

/** The parts of a text between commas, trimmed. */
export function listOf(text: string): string[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

function asList(given: unknown): readonly unknown[] {
  return Array.isArray(given) ? given : [given];
}

function kebabCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
