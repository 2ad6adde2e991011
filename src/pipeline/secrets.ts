import { maskCredentials, maskLineCredentials } from '../core/urls/credentials.ts';

/** Shown in place of a secret. */
export const MASK = '********';

// `Authorization`, `X-Auth`, but not `author`.
const SECRET_NAME =
  /auth(?!or(?!i[sz]))|cookie|token|secret|passw|credential|api-?_?key|access-?_?key|private-?_?key|session/i;

/** Options whose texts are URLs that may do without a scheme, so that user and password stand at their beginning: a proxy, the URLs of `urls`. */
const URL_OPTIONS = new Set(['proxy', 'list']);

/** `Authorization: Bearer x` as one text, the form of the flag `--header`. */
const HEADER_LINE = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+)\s*:\s*\S/;

/** True for names of options and header fields whose values are nobody's business, such as `Authorization` and `Cookie`. */
export function isSecretName(name: string): boolean {
  return SECRET_NAME.test(name);
}

/**
 * Gives a copy of plain data to show to people: the values of keys with a secret's name, users and passwords in URLs (a token
 * may stand for either) and the values of secret header lines are masked, and every header in a table of hosts. `name` is the key that the value has where it came from.
 */
export function maskSecrets(value: unknown, name = ''): unknown {
  if (value === null || value === undefined || typeof value === 'boolean') return value;
  if (Array.isArray(value)) return value.map((item) => maskSecrets(item, name));
  if (typeof value === 'object') {
    if (name === 'hosts') return maskHosts(value);
    // What is in a map of secrets is secret under any name.
    const inner = (key: string) => (isSecretName(name) ? name : key);
    return Object.fromEntries(Object.entries(value).map(([key, child]) => [key, maskSecrets(child, inner(key))]));
  }
  if (isSecretName(name)) return MASK;
  if (typeof value !== 'string') return value;
  return URL_OPTIONS.has(name) ? maskLineCredentials(value) : maskText(value);
}

/** Settings by host: the keys name no values, and a header that is for one host alone is mostly a key to it. */
function maskHosts(table: object): unknown {
  const masked = Object.entries(table).map(([host, settings]) => {
    const isMap = typeof settings === 'object' && settings !== null && 'headers' in settings;
    const headers = isMap ? { headers: maskSecrets(settings.headers, 'secret') } : {};
    const others = maskSecrets(settings);
    return [host, typeof others === 'object' ? { ...others, ...headers } : others] as const;
  });
  return Object.fromEntries(masked);
}

function maskText(text: string): string {
  const field = HEADER_LINE.exec(text)?.[1];
  if (field !== undefined && isSecretName(field) && !text.includes('://')) return `${field}: ${MASK}`;
  return maskCredentials(text);
}
