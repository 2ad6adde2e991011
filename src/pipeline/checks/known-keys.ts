import type { z } from 'zod';
import type { Path } from './problems.ts';

/**
 * Gives the names that the keys of a map may have, by the schemas that it is checked against and its path in them; undefined
 * where it may have any.
 */
export function knownKeys(schemas: readonly z.core.$ZodType[], path: Path): readonly string[] | undefined {
  const shapes = schemasAt(schemas, path).flatMap(({ _zod: { def } }) => (def.type === 'object' ? [def.shape] : []));
  return shapes.length === 0 ? undefined : [...new Set(shapes.flatMap(Object.keys))];
}

/** The schemas of what stands at the path: several where that may have several forms, none where it can't be. */
export function schemasAt(schemas: readonly z.core.$ZodType[], [key, ...rest]: Path): readonly z.core.$ZodTypes[] {
  const forms = schemas.flatMap(formsOf);
  return key === undefined ? forms : forms.flatMap((form) => schemasAt(within(form, key), rest));
}

/** Without what says how it may be left out, or into what it is converted. */
function formsOf(schema: z.core.$ZodType): readonly z.core.$ZodTypes[] {
  const known = schema as z.core.$ZodTypes;
  const { def } = known._zod;
  if (def.type === 'union') return def.options.flatMap(formsOf);
  if (def.type === 'pipe') return formsOf(def.in);
  return 'innerType' in def ? formsOf(def.innerType) : [known];
}

function within({ _zod: { def } }: z.core.$ZodTypes, key: PropertyKey): readonly z.core.$ZodType[] {
  if (def.type === 'object') return [def.shape[String(key)]].filter((schema) => schema !== undefined);
  if (def.type === 'record') return [def.valueType];
  return def.type === 'array' ? [def.element] : [];
}
