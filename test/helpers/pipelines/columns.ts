import assert from 'node:assert/strict';
import {
  type Entries,
  type LinkEntry,
  linkChoice,
  type OutputColumn,
  reportChoice,
} from '../../../src/pipeline/columns/output-columns.ts';
import { sourceScope } from '../../../src/pipeline/columns/record-columns.ts';

/** Gives columns of rows of links by their names. */
export function sinkColumns(...names: readonly string[]): readonly OutputColumn<LinkEntry>[] {
  const choice = linkChoice(sourceScope('links', false));
  return names.map((name) => choice.find(name, name) ?? assert.fail(`no column ${name}`));
}

/** Gives columns of failures or pages by their names. */
export function reportColumns<Role extends 'failures' | 'pages'>(
  role: Role,
  names: readonly string[],
): readonly OutputColumn<Entries[Role]>[] {
  const choice = reportChoice(role, false);
  return names.map((name) => choice.find(name, name) ?? assert.fail(`no column ${name}`));
}
