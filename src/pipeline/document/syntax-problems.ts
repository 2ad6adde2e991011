import type { Document, LineCounter, YAMLError } from 'yaml';
import { printable } from '../../core/printable.ts';
import { type Problem, type ProblemCode, problemIn } from '../checks/problems.ts';
import { unshieldReferences } from './environment.ts';

/** One mistake in YAML's syntax often gives a train of errors, of which the first ones help. */
const MAX_SYNTAX_PROBLEMS = 5;

/** Gives what is wrong with a file's syntax (`source` is what was parsed), in the terms of a pipeline file; the first problem of each line, at most five. */
export function syntaxProblems(
  yaml: Document.Parsed,
  source: string,
  lines: LineCounter,
  file: string,
): readonly Problem[] {
  const errors = [...yaml.errors, ...yaml.warnings].sort((left, right) => left.pos[0] - right.pos[0]).filter(isNews);
  const problems = errors.map((error) => {
    const [order] = error.pos;
    const { line, col: column } = lines.linePos(order);
    const { code, text } = saidBetter(error, source);
    const place = `${printable(file)}:${line}:${column}`;
    return problemIn({ place, position: { line, column }, namesOption: false, order }, [], text, { code });
  });
  const firsts = new Map(problems.toReversed().map((problem) => [problem.position?.line, problem]));
  return problems.filter((problem) => firsts.get(problem.position?.line) === problem).slice(0, MAX_SYNTAX_PROBLEMS);
}

/** Behind a value that has ended too early, each token is an error of its own. */
function isNews({ message }: YAMLError, index: number, all: readonly YAMLError[]): boolean {
  return !OUTSIDE.test(message) || !all.slice(0, index).some((earlier) => OUTSIDE.test(earlier.message));
}

const OUTSIDE = /^Unexpected \S+ token in YAML stream/;

interface Said {
  readonly code: ProblemCode;
  readonly text: string;
}

function saidBetter({ code, message, pos }: YAMLError, source: string): Said {
  // A block within brackets or braces begins with a dash, or with a key.
  const isNestedKey = code === 'BLOCK_IN_FLOW' && !/^-[\s,\]}]/.test(source.slice(pos[0], pos[0] + 2));
  const known = isNestedKey
    ? SECOND_COLON
    : (BY_CODE[code] ?? BY_MESSAGE.find(([pattern]) => pattern.test(message))?.[1]);
  if (known !== undefined)
    return typeof known === 'string' ? { code: 'syntax', text: `not valid YAML: ${known}` } : known;
  const said = lowerFirst(printable(unshieldReferences(message), 200));
  const advice = code === 'BAD_SCALAR_START' ? ': put quotes around it' : '';
  return { code: 'syntax', text: `not valid YAML: ${said}${advice}` };
}

const SECOND_COLON =
  'a second colon in one line: put quotes around the value, or a map in braces or on lines of its own';

/** By the code of the library's error. */
const BY_CODE: Readonly<Record<string, Said | string>> = {
  BLOCK_IN_FLOW: 'within brackets or braces, a lone - must be quoted ("-"), and lists are written [a, b]',
  MULTIPLE_DOCS: { code: 'several-documents', text: 'a second document starts here: a file holds one pipeline' },
  RESOURCE_EXHAUSTION: { code: 'too-deep', text: 'nested too deeply' },
  TAB_AS_INDENT: 'a tab cannot indent, use spaces',
  TAG_RESOLVE_FAILED: {
    code: 'syntax',
    text: 'tags are not used in pipeline files; a text that begins with ! needs quotes',
  },
};

/** By its words, where one code stands for several mistakes. */
const BY_MESSAGE: readonly (readonly [RegExp, string])[] = [
  [/^Nested mappings are not allowed in compact mappings/, SECOND_COLON],
  [/^Implicit keys need to be on a single line/, 'a key and its colon stand on one line: is the colon missing?'],
  [/^Implicit map keys need to be followed by map values/, 'a key needs a colon behind it: is it missing?'],
  [/^Flow map in block collection must be/, 'a { is not closed: a } is missing before this'],
  [/^Flow sequence in block collection must be/, 'a [ is not closed: a ] is missing before this'],
  [/^Unexpected flow-map-end token/, 'this } closes nothing'],
  [/^Unexpected flow-seq-end token/, 'this ] closes nothing'],
  [
    /^Unexpected block-seq-ind on same line with key/,
    'a list starts on a line of its own, and a lone - must be quoted ("-")',
  ],
  [
    /^A block sequence may not be used as an implicit map key/,
    'this - is not below those of the list that it goes on with',
  ],
  [
    /^Unexpected (?:double-quoted-|single-quoted-)?scalar at node end/,
    'the value has ended before this: put quotes around all of it',
  ],
];

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1).replace(/\.$/, '');
}
