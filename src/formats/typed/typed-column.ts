import type { ColumnType } from '../../core/columns/columns.ts';
import type { SinkRequest } from '../../core/stage/sink-writer.ts';

/** A column of a file that has types. Every column may be null. */
export interface TypedColumn {
  readonly name: string;
  readonly type: ColumnType;
}

/** Gives the columns of an output with their types. */
export function typedColumns({ columns, types }: Pick<SinkRequest, 'columns' | 'types'>): readonly TypedColumn[] {
  return columns.map((name, index) => ({ name, type: types[index] ?? 'any' }));
}
