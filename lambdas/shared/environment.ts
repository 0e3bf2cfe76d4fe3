/**
 * A required environment variable.
 *
 * @throws {Error} when it is not set, which stops the function at its cold start
 */
export function requiredEnv(name: string): string {
  const value = process.env[name];
  if (value === undefined || value === '') throw new Error(`expected environment variable \`${name}\`, got nothing`);
  return value;
}

/** A required environment variable that is a positive whole number of seconds. */
export function requiredSeconds(name: string): number {
  return requiredWhole(name, 'seconds');
}

/** A required environment variable that is a positive whole number of days. */
export function requiredDays(name: string): number {
  return requiredWhole(name, 'days');
}

/** A required environment variable that is a whole number of days, 0 included. */
export function requiredMinimumDays(name: string): number {
  return requiredEnv(name) === '0' ? 0 : requiredDays(name);
}

function requiredWhole(name: string, unit: string): number {
  const value = requiredEnv(name);
  if (!/^[1-9]\d{0,8}$/.test(value)) throw new Error(`expected \`${name}\` to be ${unit}, got \`${value}\``);
  return Number(value);
}
