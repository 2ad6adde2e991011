import { createRequire } from 'node:module';

/**
 * The registrable domain of a host name by the Public Suffix List, its private part included: `example.co.uk` of
 * `www.example.co.uk`. Null where there is none: of addresses, of `localhost`, of a suffix itself.
 *
 * `host` is one as the URL standard serialises it. The list is loaded when it is first asked, for few runs do.
 */
export function registrableDomain(host: string): string | null {
  return publicSuffixes().getDomain(host, OPTIONS);
}

/** What is passed is a host name already, and a valid one. */
const OPTIONS = { allowPrivateDomains: true, extractHostname: false, validateHostname: false };

// Not by `import`, which is asynchronous here and takes five times as long for this package.
const publicSuffixes = onFirstUse((): typeof import('tldts') => createRequire(import.meta.url)('tldts'));

function onFirstUse<Value>(make: () => Value): () => Value {
  let value: Value | undefined;
  return () => (value ??= make());
}
