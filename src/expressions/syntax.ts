import type { ASTNode } from '@marcbachmann/cel-js';
import { INT } from './conversions.ts';
import { MATCHES, PATTERN_ARGUMENTS } from './functions.ts';

/** The one variable that is a map: the columns of the input, by their names. */
export const INPUT = 'input';

/** What an expression's text shows of it before its types are known. */
export interface Survey {
  /** Those of the declared variables that it uses. */
  readonly uses: ReadonlySet<string>;
  /** Keys of `input` that it reads, or `all` where they are known only with a row. */
  readonly inputKeys: readonly string[] | 'all';
  /** Regular expressions that stand in it as literals. */
  readonly patterns: readonly { readonly text: string; readonly offset: number }[];
}

/**
 * Goes over a tree that has just been parsed, once, and prepares it for the check of its types:
 *
 * - Declared variables get the name that `boundName` gives. Some columns are called like types of CEL (`bytes`, `type`),
 *   which are variables of the library.
 * - Calls of `matches` and `int` become calls of our own functions.
 */
export function survey(root: ASTNode, declared: ReadonlySet<string>): Survey {
  const uses = new Set<string>();
  const keys = new Set<string>();
  const patterns: { text: string; offset: number }[] = [];
  let readsAll = false;

  const visit = (node: ASTNode, local: readonly string[]): void => {
    if (node.op === 'id') {
      const name = node.args;
      if (local.includes(name)) return;
      if (name === INPUT) readsAll = true;
      if (!declared.has(name)) return;
      uses.add(name);
      (node as Renamable).args = boundName(name);
      return;
    }
    const key = local.includes(INPUT) ? undefined : inputKey(node);
    if (key !== undefined) {
      keys.add(key);
      return;
    }
    if (node.op === 'rcall' && node.args[0] === 'matches' && node.args[2].length === 1) node.args[0] = MATCHES;
    if (node.op === 'call' && node.args[0] === 'int') node.args[0] = INT;
    const pattern = literalPattern(node);
    if (pattern !== undefined) patterns.push(pattern);
    const [outer, inner, name] = scopesOf(node);
    for (const child of outer) visit(child, local);
    for (const child of inner) visit(child, name === undefined ? local : [...local, name]);
  };

  visit(root, []);
  return { uses, inputKeys: readsAll ? 'all' : [...keys], patterns };
}

/** The name by which the library knows a declared variable. */
export function boundName(name: string): string {
  return `column_${name}`;
}

interface Renamable {
  args: unknown;
}

/** The key of `input` that a node reads: `input.key`, `input["key"]`, `"key" in input`. */
function inputKey(node: ASTNode): string | undefined {
  if (node.op === '.') return isInput(node.args[0]) ? node.args[1] : undefined;
  if (node.op === '[]') return isInput(node.args[0]) ? textOf(node.args[1]) : undefined;
  if (node.op === 'in') return isInput(node.args[1]) ? textOf(node.args[0]) : undefined;
  return undefined;
}

function isInput(node: ASTNode): boolean {
  return node.op === 'id' && node.args === INPUT;
}

function literalPattern(node: ASTNode): { readonly text: string; readonly offset: number } | undefined {
  if (node.op !== 'call' && node.op !== 'rcall') return undefined;
  const values = node.op === 'call' ? node.args[1] : node.args[2];
  const place = Object.hasOwn(PATTERN_ARGUMENTS, node.args[0]) ? PATTERN_ARGUMENTS[node.args[0]] : undefined;
  const pattern = place === undefined ? undefined : values[place];
  const text = pattern === undefined ? undefined : textOf(pattern);
  return pattern === undefined || text === undefined ? undefined : { text, offset: pattern.start };
}

function textOf(node: ASTNode): string | undefined {
  return node.op === 'value' && typeof node.args === 'string' ? node.args : undefined;
}

/** Macros whose first argument names a variable for the others. */
const BINDERS: ReadonlySet<string> = new Set(['all', 'exists', 'exists_one', 'filter', 'map']);

/** A node's children: those in whose scope it stands, and those that know one name more. */
function scopesOf(node: ASTNode): readonly [outer: readonly ASTNode[], inner: readonly ASTNode[], name?: string] {
  if (node.op !== 'rcall') return [childrenOf(node), []];
  const [method, receiver, [first, ...others]] = node.args;
  if (first?.op !== 'id' || others.length === 0) return [childrenOf(node), []];
  if (BINDERS.has(method)) return [[receiver], others, first.args];
  if (method === 'bind') return [[receiver, ...others.slice(0, 1)], others.slice(1), first.args];
  return [childrenOf(node), []];
}

function childrenOf(node: ASTNode): readonly ASTNode[] {
  switch (node.op) {
    case 'value':
    case 'id':
      return [];
    case 'call':
      return node.args[1];
    case 'rcall':
      return [node.args[1], ...node.args[2]];
    case '.':
    case '.?':
      return [node.args[0]];
    case 'map':
      return node.args.flat();
    case '!_':
    case '-_':
      return [node.args];
    default:
      return node.args;
  }
}
