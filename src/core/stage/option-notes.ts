import type { z } from 'zod';

/** What a definition says of an option beside its description and examples: `.meta({ file: 'input' })` as the last call. */
export interface OptionNotes {
  /**
   * The option is the path of a file, or a list of paths: one that is read, or one that is written; `-` is a standard stream.
   * `outputs`: the path of several that are written, with placeholders in the last name.
   */
  readonly file?: 'input' | 'output' | 'outputs';
  /** The path can't be that of a standard stream: `-` is refused. */
  readonly isAlwaysFile?: boolean;
  /** The option is deprecated; this is what to use instead: `perHost`. */
  readonly replacedBy?: string;
}

/** Gives the notes of an option. */
export function optionNotes(option: z.core.$ZodType): OptionNotes {
  const { file, isAlwaysFile, replacedBy } = ('meta' in option ? (option as z.ZodType).meta() : undefined) ?? {};
  return {
    ...(file === 'input' || file === 'output' || file === 'outputs' ? { file } : {}),
    ...(isAlwaysFile === true ? { isAlwaysFile } : {}),
    ...(typeof replacedBy === 'string' ? { replacedBy } : {}),
  };
}
