import { z } from 'zod';
import { PROXY_FORM, parseProxy } from './http-proxy.ts';
import { isNoProxy } from './proxies.ts';

/** An option that names a proxy, or `none`. Gives the text: what it is depends on the environment, too. */
export function proxyUrl() {
  return z
    .string()
    .refine((text) => isNoProxy(text) || parseProxy(text) !== undefined, {
      error: `expected a proxy as ${PROXY_FORM}, or none`,
    })
    .meta({ title: 'proxy' });
}
