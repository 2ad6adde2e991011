import { printable } from '../../core/printable.ts';
import { type Location, nearestName, type Problem, problemIn, throwProblems } from '../../pipeline/checks/problems.ts';
import { type Flag, type Flags, type FlagValues, isRepeatable } from './flags.ts';

/** The values of a command's flags, those of the environment among them. */
export interface Given {
  readonly values: FlagValues;
  /** The flags that may be given, in whichever way. */
  readonly flags: Flags;
  /** The flags whose values came from the environment. */
  readonly variables: ReadonlySet<string>;
  /** What to call a flag in messages: `--timeout`, or `SLUICE_TIMEOUT` where its value came from there. */
  labelOf(flag: string): string;
}

/** What each variable begins with that stands for a flag. */
const PREFIX = 'SLUICE_';

/** Flags for which there is no variable: they mean something for one call only. */
const NO_VARIABLE = ['set', 'help', 'version'];

/** Gives the name of the variable that stands for a flag: `SLUICE_PER_HOST` for `per-host`. */
export function variableOf(flag: string): string {
  return PREFIX + flag.toUpperCase().replaceAll('-', '_');
}

/**
 * Adds to the flags of a call the values of their variables: `SLUICE_CONCURRENCY=32` stands for `--concurrency 32`.
 *
 * A flag goes before its variable, and `--no-x` before that of `x`. An empty variable is none. A flag without a value is
 * `true` or `false`; one that may be repeated takes a value a line. Errors: ConfigError that names the variable.
 */
export function withEnvironment(
  flags: Flags,
  values: FlagValues,
  env: Readonly<Record<string, string | undefined>>,
): Given {
  throwProblems(environmentErrors(flags, values, env));
  const found = textsInForce(flags, values, env).map(({ name, flag, text }) => [name, parsed(flag, text)] as const);
  const variables = new Set(found.map(([name]) => name));
  return {
    values: { ...values, ...Object.fromEntries(found) },
    flags,
    variables,
    labelOf: (flag) => (variables.has(flag) ? variableOf(flag) : `--${flag}`),
  };
}

/** Gives an error for each variable in force whose value is none that its flag can have, as far as that can be told here. */
export function environmentErrors(
  flags: Flags,
  values: FlagValues,
  env: Readonly<Record<string, string | undefined>>,
): readonly Problem[] {
  return textsInForce(flags, values, env)
    .filter(({ flag, text }) => parsed(flag, text) === undefined)
    .map(({ name, text }) =>
      problemIn(placeOf(variableOf(name)), [], `expected true or false, got ${printable(JSON.stringify(text), 100)}`),
    );
}

/** The values of a call's flags alone. */
export function withoutEnvironment(values: FlagValues): Given {
  return { values, flags: {}, variables: new Set(), labelOf: (flag) => `--${flag}` };
}

/** Gives a warning for each variable that looks like one of ours and stands for no flag. `others` are in use otherwise. */
export function unknownVariables(
  flags: Flags,
  env: Readonly<Record<string, string | undefined>>,
  others: ReadonlySet<string>,
): readonly Problem[] {
  const known = Object.keys(flags).filter((name) => !NO_VARIABLE.includes(name));
  const variables = new Set(known.map(variableOf));
  return Object.keys(env)
    .filter((name) => name.startsWith(PREFIX) && !variables.has(name) && !others.has(name))
    .map((name) => {
      const nearest = nearestName(name.slice(PREFIX.length), known);
      const advice = nearest === undefined ? '' : `; did you mean ${variableOf(nearest)}?`;
      return environmentWarning(name, `stands for no flag${advice}`, 'unknown-variable');
    });
}

/** Makes a warning about a variable. */
export function environmentWarning(name: string, text: string, code: 'unknown-variable' | 'no-effect'): Problem {
  return problemIn(placeOf(name), [], text, { code, severity: 'warning' });
}

function placeOf(variable: string): Location {
  return { place: variable, namesOption: true, order: Number.MAX_SAFE_INTEGER };
}

/** The variables that count, with the flags that they stand for. */
function textsInForce(flags: Flags, values: FlagValues, env: Readonly<Record<string, string | undefined>>) {
  return Object.entries(flags).flatMap(([name, flag]) => {
    const text = NO_VARIABLE.includes(name) ? '' : (env[variableOf(name)] ?? '');
    const isGiven = values[name] !== undefined || values[oppositeOf(name)] !== undefined;
    return text === '' || isGiven ? [] : [{ name, flag, text }];
  });
}

function oppositeOf(flag: string): string {
  return flag.startsWith('no-') ? flag.slice('no-'.length) : `no-${flag}`;
}

/** The value that a text stands for; undefined where it stands for none. */
function parsed(flag: Flag, text: string): unknown {
  if (isRepeatable(flag)) return text.split('\n').filter((line) => line.trim() !== '');
  if (flag.type !== 'boolean') return text;
  if (text === 'true' || text === '1') return true;
  return text === 'false' || text === '0' ? false : undefined;
}
