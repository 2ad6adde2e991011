import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { openDatabase, selected } from '../../src/formats/typed/sqlite-database.ts';

/** What a run must leave behind, in a form that can be compared: what may differ from run to run is left out. */
export interface Outcome {
  /** Lines of each output by its name; sorted, but for ordered rows. */
  readonly outputs: Readonly<Record<string, readonly string[]>>;
  readonly totals: Readonly<Record<string, unknown>>;
}

/** Columns that tell of time and luck. */
const VARIABLE = ['ms', 'attempts'];

/** Reads the outputs of a finished run. Fails where one has a torn line, or another header than one at its top, and where the totals don't add up. */
export async function outcomeOf(folder: string, orderedOutput: string | undefined): Promise<Outcome> {
  const outputs: Record<string, readonly string[]> = {};
  for (const name of (await readdir(folder)).sort()) {
    if (!/^(?:links|failures|pages)[.-]/.test(name)) continue;
    const lines = name.endsWith('.sqlite')
      ? await linesOfTable(join(folder, name))
      : linesOf(name, await textOf(folder, name), name === orderedOutput);
    const whole = name.replace(/-part-\d+/, '-part');
    outputs[whole] = outputs[whole] === undefined ? lines : joined(outputs[whole], lines);
  }
  const { ms: _, ...totals } = JSON.parse(await readFile(join(folder, 'summary.json'), 'utf8'));
  assert.equal(totals.read, totals.linked + totals.empty + totals.failed + totals.skipped, 'the totals add up');
  return { outputs, totals };
}

/** Fails unless two runs left the same, and says which lines are missing or too many. */
export function assertSameOutcome(actual: Outcome, expected: Outcome): void {
  assert.deepEqual(Object.keys(actual.outputs), Object.keys(expected.outputs));
  for (const [name, lines] of Object.entries(expected.outputs)) {
    const given = actual.outputs[name] ?? [];
    const missing = lines.filter(notIn(given));
    const surplus = given.filter(notIn(lines));
    const shown = JSON.stringify({ missing: missing.slice(0, 5), surplus: surplus.slice(0, 5) });
    const text = `${name}: ${missing.length} lines are missing, ${surplus.length} are too many: ${shown}`;
    assert.equal(missing.length + surplus.length, 0, text);
    assert.ok(
      given.every((line, index) => line === lines[index]),
      `${name}: the lines have another order`,
    );
  }
  assert.deepEqual(actual.totals, expected.totals);
}

/** Whether a line is not among `lines`, each of which stands for one. */
function notIn(lines: readonly string[]): (line: string) => boolean {
  const left = new Map<string, number>();
  for (const line of lines) left.set(line, (left.get(line) ?? 0) + 1);
  return (line) => {
    const count = left.get(line) ?? 0;
    left.set(line, count - 1);
    return count <= 0;
  };
}

/** A hash of every file of a folder, and when it was last changed; for `assert.deepEqual` before and after. */
export async function snapshotOf(folder: string): Promise<Readonly<Record<string, string>>> {
  const files: Record<string, string> = {};
  for (const name of (await readdir(folder, { recursive: true })).sort()) {
    const path = join(folder, name);
    const found = await stat(path);
    // The summary is written by every run.
    if (found.isDirectory() || name === 'summary.json') continue;
    const hash = createHash('sha256').update(await readFile(path));
    files[name] = `${found.size} bytes, changed at ${found.mtimeMs}, ${hash.digest('hex')}`;
  }
  return files;
}

/** The lines of two parts of an output: which page comes into which, and how many parts there are, depends on who was first. */
function joined(lines: readonly string[], further: readonly string[]): readonly string[] {
  return [...lines, ...further.filter((line) => !line.startsWith('source_url\t'))].sort();
}

/** One for each row. */
async function linesOfTable(path: string): Promise<readonly string[]> {
  const database = await openDatabase(path, { readOnly: true });
  try {
    const columns = selected(database, 'name', "FROM pragma_table_info('links')").map(([name]) => `"${name}"`);
    const rows = selected(database, columns.join(), 'FROM links');
    return rows.map((row) => JSON.stringify(row.map(String))).sort();
  } finally {
    database.close();
  }
}

async function textOf(folder: string, name: string): Promise<string> {
  const bytes = await readFile(join(folder, name));
  return (name.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString();
}

function linesOf(name: string, text: string, isOrdered: boolean): readonly string[] {
  assert.ok(text === '' || text.endsWith('\n'), `${name}: the last line is whole`);
  const lines = text.split('\n').slice(0, -1);
  const comparable = /\.jsonl/.test(name) ? lines.map(withoutVariableKeys) : withoutVariableColumns(name, lines);
  return isOrdered ? comparable : comparable.toSorted();
}

function withoutVariableKeys(line: string): string {
  const entries = Object.entries(JSON.parse(line)).filter(([key]) => !VARIABLE.includes(key));
  return JSON.stringify(Object.fromEntries(entries));
}

function withoutVariableColumns(name: string, lines: readonly string[]): readonly string[] {
  const [header = '', ...rows] = lines;
  assert.match(header, /^source_url[\t,]/, `${name}: there is a header`);
  assert.equal(rows.includes(header), false, `${name}: there is one header`);
  const separator = header.includes('\t') ? '\t' : ',';
  const columns = header.split(separator);
  const variable = columns.flatMap((column, index) => (VARIABLE.includes(column) ? [index] : []));
  return lines.map((line) => {
    const cells = line.split(separator);
    assert.ok(cells.length >= columns.length, `${name}: a torn line: ${line}`);
    return cells.filter((_, index) => !variable.includes(index)).join(separator);
  });
}
