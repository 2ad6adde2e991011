import { ConfigError } from '../core/errors.ts';
import { nearestName, type Problem, problemIn } from '../pipeline/checks/problems.ts';
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
  const found = Object.entries(flags).flatMap(([name, flag]) => {
    const text = NO_VARIABLE.includes(name) ? '' : (env[variableOf(name)] ?? '');
    const isGiven = values[name] !== undefined || values[oppositeOf(name)] !== undefined;
    return text === '' || isGiven ? [] : [[name, parsed(variableOf(name), flag, text)] as const];
  });
  const variables = new Set(found.map(([name]) => name));
  return {
    values: { ...values, ...Object.fromEntries(found) },
    flags,
    variables,
    labelOf: (flag) => (variables.has(flag) ? variableOf(flag) : `--${flag}`),
  };
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
  const location = { place: name, namesOption: true, order: Number.MAX_SAFE_INTEGER };
  return problemIn(location, [], text, { code, severity: 'warning' });
}

function oppositeOf(flag: string): string {
  return flag.startsWith('no-') ? flag.slice('no-'.length) : `no-${flag}`;
}

function parsed(variable: string, flag: Flag, text: string): unknown {
  if (isRepeatable(flag)) return text.split('\n').filter((line) => line.trim() !== '');
  if (flag.type !== 'boolean') return text;
  if (text === 'true' || text === '1') return true;
  if (text === 'false' || text === '0') return false;
  throw new ConfigError(`${variable}: expected true or false, got ${JSON.stringify(text)}.`);
}
