import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Assembly, Resource } from '../../contract.ts';
import { asRecord, asText, optionalNumber, optionalText, type Properties } from './template-values.ts';

/** What the sandbox takes from one `AWS::Lambda::Function`. */
export interface FunctionConfig {
  readonly name: string;
  readonly arn: string;
  readonly roleArn: string;
  /** Absolute path of the module that holds the handler. */
  readonly moduleFile: string;
  /** Exported name of the handler. */
  readonly exportName: string;
  readonly timeoutSeconds: number;
  readonly memoryMb: number;
  readonly runtime: string;
  readonly environment: { readonly [name: string]: string };
  /** Upper bound of invocations at once; `undefined` when none is reserved. */
  readonly reservedConcurrency?: number;
  /** Queue for events that asynchronous invocations give up. */
  readonly deadLetterArn: string | undefined;
}

const MODULE_SUFFIXES = ['.mjs', '.js', '.cjs'] as const;

/**
 * Reads a function's configuration from the synthesised template.
 *
 * @throws {TypeError} naming the resource, when it uses what the sandbox does not run (inline code, images, layers)
 */
export function readFunctionConfig(resource: Resource, assembly: Assembly): FunctionConfig {
  const where = `${resource.stack}/${resource.logicalId}`;
  const properties = resource.properties;
  refuseUnsupported(properties, where);
  const [moduleName, exportName] = splitHandler(asText(properties['Handler'], `${where} Handler`), where);
  const folder = assembly.assetPath(asText(asRecord(properties['Code'], where)['S3Key'], `${where} Code.S3Key`));
  const reserved = optionalNumber(properties['ReservedConcurrentExecutions'], `${where} ReservedConcurrentExecutions`);
  return {
    name: optionalText(properties['FunctionName'], `${where} FunctionName`) ?? resource.ref,
    arn: resource.arn,
    roleArn: asText(properties['Role'], `${where} Role`),
    moduleFile: findModule(folder, moduleName, where),
    exportName,
    timeoutSeconds: optionalNumber(properties['Timeout'], `${where} Timeout`) ?? 3,
    memoryMb: optionalNumber(properties['MemorySize'], `${where} MemorySize`) ?? 128,
    runtime: asText(properties['Runtime'], `${where} Runtime`),
    environment: environmentOf(properties, where),
    deadLetterArn: optionalText(asRecord(properties['DeadLetterConfig'], where)['TargetArn'], where),
    ...(reserved === undefined ? {} : { reservedConcurrency: reserved }),
  };
}

function refuseUnsupported(properties: Properties, where: string): void {
  const packageType = optionalText(properties['PackageType'], `${where} PackageType`) ?? 'Zip';
  if (packageType !== 'Zip') throw new TypeError(`${where}: expected PackageType Zip, got \`${packageType}\``);
  const runtime = asText(properties['Runtime'], `${where} Runtime`);
  if (!runtime.startsWith('nodejs')) throw new TypeError(`${where}: expected a nodejs runtime, got \`${runtime}\``);
  if (properties['Layers'] !== undefined) throw new TypeError(`${where}: expected no Layers, the sandbox has none`);
}

function splitHandler(handler: string, where: string): readonly [string, string] {
  const dot = handler.lastIndexOf('.');
  if (dot <= 0) throw new TypeError(`${where}: expected a Handler of the form module.export, got \`${handler}\``);
  return [handler.slice(0, dot), handler.slice(dot + 1)];
}

function findModule(folder: string, moduleName: string, where: string): string {
  for (const suffix of MODULE_SUFFIXES) {
    const file = join(folder, `${moduleName}${suffix}`);
    if (existsSync(file)) return file;
  }
  throw new TypeError(`${where}: expected ${moduleName}.mjs or .js in the code asset, got neither`);
}

function environmentOf(properties: Properties, where: string): { readonly [name: string]: string } {
  const variables = asRecord(asRecord(properties['Environment'], where)['Variables'], `${where} Environment`);
  const environment: { [name: string]: string } = {};
  for (const [name, value] of Object.entries(variables)) environment[name] = asText(value, `${where} ${name}`);
  return environment;
}
