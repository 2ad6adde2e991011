import type { Options } from 'yargs';

/** What a shell may offer in the place of a value: these words, or names of files; of pipeline or test files where those are due. */
export type Candidates = readonly string[] | 'file' | 'pipeline' | 'test' | 'pipeline or test';

/** A flag as yargs takes it, and what a shell may offer as its value; a function, where it takes time to find that out. */
export type Flag = Options & { readonly candidates?: Candidates | (() => Candidates) };

/** A command's flags by name. */
export type Flags = Readonly<Record<string, Flag>>;

/** Values of a command line by flag name, as yargs gives them: texts, true, or lists of texts. */
export type FlagValues = Readonly<Record<string, unknown>>;

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
