/**
 * Makes a function of source that this folder generated, with strict semantics.
 *
 * The source is made of the bundle's own operators, integers and JSON texts only; see `generate-expression.ts`.
 *
 * @param names what the source may refer to besides the language itself
 * @param source statements that return the function
 * @returns null where the runtime allows no code from text; callers then evaluate the slower way, to the same result
 */
export function generateFunction<Made>(
  names: readonly string[],
  values: readonly unknown[],
  source: string,
): Made | null {
  try {
    // The caller writes the source, so it knows the type of what the source makes.
    return new Function(...names, `'use strict';\n${source}`)(...values) as Made;
  } catch (error) {
    if (error instanceof EvalError) return null;
    throw error;
  }
}
