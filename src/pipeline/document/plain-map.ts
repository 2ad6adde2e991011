/** A map of a pipeline document. */
export type PlainMap = Readonly<Record<string, unknown>>;

/** True for a map, which a list and null are not. */
export function isMap(value: unknown): value is PlainMap {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * Gives the map without the empty values of the keys that it may have: `proxy:`, or `${PROXY:-}` where there is none, is the
 * same as no key at all. A key that is unknown stays, so that it is told.
 */
export function withoutNulls(map: PlainMap, known: object): PlainMap {
  return Object.fromEntries(Object.entries(map).filter(([key, value]) => value !== null || !Object.hasOwn(known, key)));
}
