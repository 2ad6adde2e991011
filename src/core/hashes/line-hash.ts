import { hash } from 'node:crypto';

/** Characters that are kept: 132 bits. */
const LENGTH = 22;

/** By what a line of the input is known again without its text, which may hold a password: the first 132 bits of its SHA-256, in base64url. */
export function lineHash(text: string): string {
  return hash('sha256', text, 'base64url').slice(0, LENGTH);
}
