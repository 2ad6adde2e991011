/** A text with its references to the environment resolved. */
export interface Substitution {
  readonly text: string;
  /** Names of the variables that it refers to. */
  readonly variables: readonly string[];
  /** What was wrong with the references; empty where all is well. */
  readonly problems: readonly ReferenceProblem[];
}

/** What is wrong with a reference. `text` is a clause without the stop at its end. */
export interface ReferenceProblem {
  readonly code: 'unset-variable' | 'bad-reference';
  readonly text: string;
}

const REFERENCE = /\$\$\{|\$\{([^}]*)(\}?)/g;
const REFERENCE_BODY = /^([A-Za-z_][A-Za-z0-9_]*)(?::-(.*))?$/s;

/**
 * Puts the environment's values in place of `${NAME}` and `${NAME:-default}`; `$${` is a literal `${`.
 *
 * The default stands in for a variable that is unset or empty, as in a shell. What is put in is not searched again.
 * Problems: a variable that is unset and has no default, a reference that isn't well formed.
 */
export function substitute(text: string, env: Readonly<Record<string, string | undefined>>): Substitution {
  const problems: ReferenceProblem[] = [];
  const variables: string[] = [];
  const substituted = text.replace(REFERENCE, (whole, body: string | undefined, end: string) => {
    if (body === undefined) return '${';
    const match = end === '' ? null : REFERENCE_BODY.exec(body);
    if (match === null) {
      const text = `expected \${NAME} or \${NAME:-default} ($\${ for a literal \${), got ${whole}`;
      problems.push({ code: 'bad-reference', text });
      return '';
    }
    const [, name = '', fallback] = match;
    variables.push(name);
    const value = Object.hasOwn(env, name) ? env[name] : undefined;
    if (fallback !== undefined) return value === undefined || value === '' ? fallback : value;
    if (value === undefined) {
      const text = `the environment variable ${name} is not set: set it, or write \${${name}:-default}`;
      problems.push({ code: 'unset-variable', text });
    }
    return value ?? '';
  });
  return { text: substituted, variables, problems };
}

/** True where `substitute` would look at the text at all. */
export function hasReference(text: string): boolean {
  return text.includes('${');
}

/**
 * Stand-ins, of the same length, for the characters that would end a plain scalar in YAML. They are noncharacters, which
 * Unicode sets aside for a program's own use (https://www.unicode.org/faq/private_use.html#noncharacters).
 */
const STAND_INS = new Map([...'{}[],:#'].map((character, index) => [character, String.fromCharCode(0xfdd0 + index)]));
const ORIGINALS = new Map([...STAND_INS].map(([character, standIn]) => [standIn, character]));
const PLAIN_REFERENCE = /\$\{[^{}"'\r\n]*\}/g;
const NEEDS_STAND_IN = /[{}[\],:#]/g;
const STAND_IN = /[\uFDD0-\uFDD6]/g;

/**
 * Makes references safe to stand unquoted anywhere in YAML, so that `{ path: ${FILE} }` is no syntax error.
 * All positions stay as they are. `unshieldReferences` undoes it.
 */
export function shieldReferences(yaml: string): string {
  return yaml.replace(PLAIN_REFERENCE, (reference) =>
    reference.replace(NEEDS_STAND_IN, (character) => STAND_INS.get(character) ?? character),
  );
}

/** Gives back what `shieldReferences` took. */
export function unshieldReferences(text: string): string {
  return text.replace(STAND_IN, (standIn) => ORIGINALS.get(standIn) ?? standIn);
}

/** The offset of a character that `shieldReferences` needs for itself, so that a file can't have it; -1 where there is none. */
export function findReserved(yaml: string): number {
  return yaml.search(STAND_IN);
}
