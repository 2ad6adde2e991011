import { createHash } from 'node:crypto';

/** Longest part of a file name that is made of a value. */
const MAX_NAME = 80;

/** Makes the path of a part by its number, from 1: `links-{part}.tsv` gives `links-1.tsv`. */
export function partPath(pattern: string, part: number): string {
  return pattern.replaceAll('{part}', () => `${part}`);
}

/**
 * Makes the path of a part by the value that its rows have.
 *
 * What could lead elsewhere or means something to a file system is replaced; such a value, a long one and one with capital
 * letters gets a hash behind it, so that two values never share a file.
 */
export function valuePath(pattern: string, value: string): string {
  return pattern.replaceAll('{value}', () => safeName(value));
}

function safeName(value: string): string {
  const safe = value
    .toLowerCase()
    .replaceAll(/[^a-z0-9._-]+/g, '_')
    .replace(/^\.+/, '_')
    .slice(0, MAX_NAME);
  if (safe === value && safe !== '') return safe;
  const mark = createHash('sha256').update(value).digest('hex').slice(0, 8);
  return `${safe === '' ? '_' : safe}-${mark}`;
}

/** The expression that matches what a pattern can give, within one folder. */
export function namePattern(fileName: string): RegExp {
  const pieces = fileName.split(/(\{part\}|\{value\})/).map((piece) => {
    if (piece === '{part}') return '\\d+';
    return piece === '{value}' ? '[a-z0-9._-]+' : piece.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
  });
  return new RegExp(`^${pieces.join('')}$`);
}
