import type { StageDefinition } from '../../core/stage.ts';
import { describeOptions, type OptionDescription } from '../../pipeline/options.ts';
import { type Flag, listOf, numberOf, switchFlag, valueFlag } from './flags.ts';

/** A flag that sets one option of a stage; name, type, default and description come from the stage's definition. */
export interface StageFlag {
  /** `--per-host`, without the dashes. */
  readonly name: string;
  /** Name of the stage's option: `perHost`. */
  readonly option: OptionDescription;
  /** True for `--no-x`, which turns off an option that is on. */
  readonly isNegated: boolean;
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

function kebabCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
