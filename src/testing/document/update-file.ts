import {
  Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type Node,
  type Pair,
  parseDocument,
  visit,
  YAMLMap,
  YAMLSeq,
} from 'yaml';
import { ConfigError } from '../../core/errors.ts';
import { shieldReferences, unshieldReferences } from '../../pipeline/document/environment.ts';
import type { Difference } from '../compare/judge-case.ts';
import type { Observation } from '../run/run-case.ts';
import type { TestCase } from './test-file.ts';
import { UpdatedRows, updatedKeys } from './updated-keys.ts';

/** What came of a case. */
export interface Observed {
  readonly testCase: TestCase;
  readonly observation: Observation;
}

/** Whether what came of a case may be what is expected of it: not where an answer is lacking, or it stopped unexpectedly. */
export function canTakeOver({ expected }: Pick<TestCase, 'expected'>, { unanswered, error }: Observation): boolean {
  return unanswered.length === 0 && (error === undefined || expected?.exitCode !== undefined);
}

/** Whether a difference ends with an update. What `contains` names is chosen by hand, and stays. */
export function isTakenOver({ what }: Difference): boolean {
  return what !== 'contains' && what !== 'answers' && what !== 'run';
}

/**
 * Gives the text of a test file with what came of its cases in the place of what was expected, where that differs. A case
 * that expects nothing yet is given its rows, failures and exit code. All other characters of the file stay, and of lists of
 * rows those that are right, with their comments.
 *
 * Errors: ConfigError where that would leave an alias without what it stands for.
 */
export function updateFile(text: string, observed: readonly Observed[]): string {
  const shielded = shieldReferences(text);
  const yaml = parseDocument(shielded, YAML);
  const edits = observed.flatMap(({ testCase, observation }) => {
    if (!canTakeOver(testCase, observation)) return [];
    const changes = updatedKeys(testCase, observation);
    const node = yaml.getIn(['cases', testCase.index], true);
    return changes.length === 0 || !isMap(node) ? [] : caseEdits(shielded, node, testCase, changes);
  });
  if (edits.length === 0) return text;
  const lineEnd = text.includes('\r\n') ? '\r\n' : '\n';
  let updated = shielded;
  for (const { start, end, text: written } of edits.toSorted((left, right) => right.start - left.start)) {
    updated = updated.slice(0, start) + written.replaceAll('\n', lineEnd) + updated.slice(end);
  }
  if (hasLostAlias(updated)) {
    throw new ConfigError(
      'a row that would go has an anchor that is used elsewhere: write it out there, and update again.',
    );
  }
  return unshieldReferences(updated);
}

/** As pipeline files are read. */
const YAML = { version: '1.2', schema: 'core', resolveKnownTags: false } as const;

function hasLostAlias(text: string): boolean {
  const yaml = parseDocument(text, YAML);
  let isLost = yaml.errors.length > 0;
  visit(yaml, {
    Alias: (_key, alias) => {
      isLost ||= alias.resolve(yaml) === undefined;
    },
  });
  return isLost;
}

/** Characters of the file, and what is to stand in their place. */
interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

type Change = readonly [key: string, value: unknown];

/** All that is expected of a case. */
class Whole {
  readonly keys: Readonly<Record<string, unknown>>;

  constructor(keys: Readonly<Record<string, unknown>>) {
    this.keys = keys;
  }
}

function caseEdits(text: string, node: YAMLMap, { expected }: TestCase, changes: readonly Change[]): readonly Edit[] {
  const pair = pairOf(node, 'expected');
  if (pair !== undefined && isMap(pair.value) && pair.value.items.length > 0) {
    const map = pair.value;
    return changes.map(([key, value]) => pairEdit(text, map, key, value));
  }
  // Nothing is there yet, or what stands elsewhere in the file: a copy of that becomes the case's own.
  const { unordered, ...rest } = expected ?? {};
  const listed = Object.entries(rest).map(([key, value]) => {
    const isRows = Array.isArray(value);
    return [key, isRows ? new UpdatedRows(value.map((row) => ({ row }))) : value] as const;
  });
  const keys = Object.fromEntries([...listed, ...(unordered === true ? [['unordered', true]] : []), ...changes]);
  return [pairEdit(text, node, 'expected', new Whole(keys))];
}

/** Writes a key of a map: in its place, or behind the last one. */
function pairEdit(text: string, map: YAMLMap, key: string, value: unknown): Edit {
  const pair = pairOf(map, key);
  const last = map.items.at(-1);
  const isFlow = map.flow === true;
  const indent = columnOf(text, startOf((pair ?? last)?.key));
  const old = pair?.value;
  const written = pairText(key, nodeOf(value, old, isFlow), {
    indent,
    isIndented: isIndented(text, old, indent),
    // As people write them: [a, b], but { a: b }.
    isPadded: !(value instanceof UpdatedRows && value.rows.some(({ row }) => Array.isArray(row))),
  });
  if (pair !== undefined) return { start: startOf(pair.key), end: endOf(text, pair), text: written };
  const end = last === undefined ? 0 : endOf(text, last);
  if (isFlow) return { start: end, end, text: `, ${written}` };
  // Behind the comment at the end of the line, if there is one.
  const lineEnd = text.slice(end).search(/\r?\n|$/) + end;
  return { start: lineEnd, end: lineEnd, text: `\n${' '.repeat(indent)}${written}` };
}

function pairOf(map: YAMLMap, key: string): Pair | undefined {
  return map.items.find((pair) => isScalar(pair.key) && pair.key.value === key);
}

function startOf(node: unknown): number {
  return (node as Node | null | undefined)?.range?.[0] ?? 0;
}

/** Behind the last character of its value, or its colon. */
function endOf(text: string, { key, value }: Pair): number {
  const end = (value as Node | null)?.range?.[1] ?? startOf(key);
  return text.slice(0, end).trimEnd().length;
}

function columnOf(text: string, offset: number): number {
  return offset - (text.lastIndexOf('\n', offset - 1) + 1);
}

/** Whether the entries of lists are written further right than the key of the list. */
function isIndented(text: string, old: unknown, indent: number): boolean {
  return !isSeq(old) || old.flow === true || columnOf(text, startOf(old)) > indent;
}

interface Place {
  readonly indent: number;
  readonly isIndented: boolean;
  /** Whether brackets have a space on their inside. */
  readonly isPadded: boolean;
}

function pairText(key: string, node: Node, { indent, isIndented: indentSeq, isPadded }: Place): string {
  const document = new Document({});
  document.set(key, node);
  const text = document.toString({ lineWidth: 0, indentSeq, flowCollectionPadding: isPadded }).trimEnd();
  return text.replaceAll('\n', `\n${' '.repeat(indent)}`);
}

/** Rows stand on a line each, unless they are within a flow map. */
function nodeOf(value: unknown, old: unknown, isFlow: boolean): Node {
  const document = new Document();
  if (value instanceof UpdatedRows) return rowsNode(document, value, { old, isFlow });
  if (!(value instanceof Whole)) {
    const node = document.createNode(value);
    if (isMap(node)) node.flow = true;
    return node;
  }
  const map = new YAMLMap();
  map.flow = isFlow;
  for (const [key, child] of Object.entries(value.keys)) map.set(key, nodeOf(child, undefined, isFlow));
  return map;
}

function rowsNode(
  document: Document,
  { rows }: UpdatedRows,
  { old, isFlow }: { readonly old: unknown; readonly isFlow: boolean },
): Node {
  const seq = new YAMLSeq();
  const before = isSeq(old) ? old : undefined;
  seq.flow = isFlow || rows.length === 0;
  if (before?.commentBefore != null) seq.commentBefore = before.commentBefore;
  if (before?.anchor !== undefined) seq.anchor = before.anchor;
  seq.items = rows.map(({ kept, row }) => {
    const node = kept === undefined ? undefined : (before?.items[kept] as Node | undefined);
    if (node !== undefined && !hasAlias(node)) return node;
    const created = document.createNode(escaped(row));
    if (isMap(created) || isSeq(created)) created.flow = true;
    return created;
  });
  return seq;
}

/** What a page holds is no reference to a variable. */
function escaped(row: unknown): unknown {
  return JSON.parse(JSON.stringify(row).replaceAll('${', () => '$${'));
}

function hasAlias(node: Node): boolean {
  let isFound = isAlias(node);
  visit(node, {
    Alias: () => {
      isFound = true;
    },
  });
  return isFound;
}
