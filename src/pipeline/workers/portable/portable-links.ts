import type { Fields, Link, LinkDetails } from '../../../core/record.ts';

/**
 * The links of a page in a form that another thread gets quickly: to copy an object for each link takes ten times as long.
 *
 * A list that no link has anything for is left out.
 */
export interface PortableLinks {
  readonly count: number;
  /** The URLs, a newline between two: none has one in it (https://url.spec.whatwg.org/#concept-basic-url-parser, 3). */
  readonly urls: string;
  /** Element and attribute, each pair once. */
  readonly places: readonly (readonly [element: string, attribute: string])[];
  /** For each link, which of the places is its own. Left out where there is one place. */
  readonly placeOf?: Uint32Array | undefined;
  readonly positions?: readonly (number | undefined)[] | undefined;
  readonly details?: readonly (LinkDetails | undefined)[] | undefined;
  readonly fields?: readonly (Fields | undefined)[] | undefined;
}

/** Gives links in their portable form. */
export function portableLinks(links: readonly Link[]): PortableLinks {
  const { places, placeOf } = placesOf(links);
  return {
    count: links.length,
    urls: links.map(({ url }) => url).join('\n'),
    places,
    placeOf: places.length > 1 ? placeOf : undefined,
    positions: listOf(links, ({ position }) => position),
    details: listOf(links, ({ details }) => details),
    fields: listOf(links, ({ fields }) => fields),
  };
}

/** Gives the links back. */
export function linksFrom({
  count,
  urls,
  places,
  placeOf,
  positions,
  details,
  fields,
}: PortableLinks): readonly Link[] {
  if (count === 0) return [];
  return urls.split('\n').map((url, index) => {
    const [element, attribute] = places[placeOf?.[index] ?? 0] ?? ['', ''];
    const position = positions?.[index];
    const detail = details?.[index];
    const field = fields?.[index];
    // Named one by one: to spread objects takes several times as long, and this is done for every link.
    if (position === undefined && detail === undefined && field === undefined) return { url, element, attribute };
    return {
      url,
      element,
      attribute,
      ...(position === undefined ? {} : { position }),
      ...(detail === undefined ? {} : { details: detail }),
      ...(field === undefined ? {} : { fields: field }),
    };
  });
}

function placesOf(links: readonly Link[]) {
  const indexOf = new Map<string, number>();
  const places: (readonly [string, string])[] = [];
  const placeOf = new Uint32Array(links.length);
  for (const [at, { element, attribute }] of links.entries()) {
    const key = `${element} ${attribute}`;
    let index = indexOf.get(key);
    if (index === undefined) {
      index = places.length;
      indexOf.set(key, index);
      places.push([element, attribute]);
    }
    placeOf[at] = index;
  }
  return { places, placeOf };
}

function listOf<Value>(links: readonly Link[], of: (link: Link) => Value | undefined) {
  const values = links.map(of);
  return values.every((value) => value === undefined) ? undefined : values;
}
