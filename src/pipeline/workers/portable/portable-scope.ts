import { ColumnScope, type ColumnType, fieldColumn } from '../../../core/columns/columns.ts';
import type { Kind } from '../../../core/record.ts';
import { columnsOfKind } from '../../columns/record-columns.ts';

/** The columns of a place of the pipeline, without the functions that read them. */
export interface PortableScope {
  readonly hasInput: boolean;
  readonly columns: readonly (readonly [name: string, column: PortableColumn])[];
}

type PortableColumn =
  | { readonly builtIn: string }
  | { readonly field: string; readonly type: ColumnType; readonly summary: string };

/** Gives columns in their portable form. */
export function portableScope(scope: ColumnScope): PortableScope {
  const columns = scope.names.map((name) => {
    const { builtIn, field, type, summary } = scope.get(name) ?? {};
    if (builtIn !== undefined) return [name, { builtIn }] as const;
    if (field === undefined || type === undefined || summary === undefined) throw new Error(`no column is ${name}`);
    return [name, { field, type, summary }] as const;
  });
  return { hasInput: scope.hasInput, columns };
}

/** Gives the columns back, those of records of a kind. */
export function scopeFrom({ hasInput, columns }: PortableScope, kind: Kind): ColumnScope {
  const table = columnsOfKind(kind);
  const restored = columns.map(([name, column]) => {
    if ('field' in column) return [name, fieldColumn(column.field, column.type, column.summary)] as const;
    const builtIn = table[column.builtIn];
    if (builtIn === undefined) throw new Error(`records of the kind ${kind} have no column ${column.builtIn}`);
    return [name, builtIn] as const;
  });
  return new ColumnScope(new Map(restored), hasInput);
}
