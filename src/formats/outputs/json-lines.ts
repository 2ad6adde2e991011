import type { RowFormat } from './row-writer.ts';

/** JSON lines: one object a row, its keys the columns in their order. A value that is not known is null. */
export function jsonLinesFormat(columns: readonly string[]): RowFormat {
  const keys = columns.map((column, index) => `${index === 0 ? '{' : ','}${JSON.stringify(column)}:`);
  return {
    head: '',
    encode: (rows) => {
      let text = '';
      for (const row of rows) {
        for (const [index, key] of keys.entries()) text += key + JSON.stringify(row[index] ?? null);
        text += '}\n';
      }
      return text;
    },
  };
}
