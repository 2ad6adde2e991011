/** A map of a pipeline document. */
export type PlainMap = Readonly<Record<string, unknown>>;

/** True for a map, which a list and null are not. */
export function isMap(value: unknown): value is PlainMap {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Gives the map without its empty values: `proxy:`, or `${PROXY:-}` where there is none, is the same as no key at all. */
export function withoutNulls(map: PlainMap): PlainMap {
  return Object.fromEntries(Object.entries(map).filter(([, value]) => value !== null));
}
