import { z } from 'zod';
import { PROXY_FORM, parseProxy } from './http-proxy.ts';
import { isNoProxy } from './proxies.ts';

/** For the JSON Schema, as far as an expression can tell; it knows no case, so each letter of the scheme says it. */
const FORM = '^(?:(?:[Hh][Tt][Tt][Pp][Ss]?://)?[^\\s/?#]+/?)?$';

/** An option that names a proxy, or `none`. Gives the text: what it is depends on the environment, too. */
export function proxyUrl() {
  return z
    .string()
    .refine((text) => isNoProxy(text) || parseProxy(text) !== undefined, {
      error: `expected a proxy as ${PROXY_FORM}, or none`,
    })
    .meta({ title: 'proxy', pattern: FORM });
}
