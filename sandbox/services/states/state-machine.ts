import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Assembly, Resource } from '../../contract.ts';
import { asRecord, asText, optionalText, type Properties } from '../lambda/template-values.ts';
import { type Definition, parseDefinition } from './asl.ts';

/** One `AWS::StepFunctions::StateMachine` ready to run. */
export interface StateMachine {
  readonly name: string;
  readonly arn: string;
  readonly roleArn: string;
  readonly definition: Definition;
  readonly definitionText: string;
  /** SHA-256 of `definitionText`. */
  readonly definitionHash: string;
}

/** Reads a state machine. @throws {TypeError} naming the resource, when it uses what the sandbox does not run */
export function readStateMachine(resource: Resource, assembly: Assembly): StateMachine {
  const where = `${resource.stack}/${resource.logicalId}`;
  const properties = resource.properties;
  const type = optionalText(properties['StateMachineType'], `${where} StateMachineType`) ?? 'STANDARD';
  if (type !== 'STANDARD') throw new TypeError(`${where}: expected StateMachineType STANDARD, got \`${type}\``);
  const definitionText = substitute(definitionOf(properties, assembly, where), properties, where);
  return {
    name: optionalText(properties['StateMachineName'], where) ?? resource.arn.slice(resource.arn.lastIndexOf(':') + 1),
    arn: resource.arn,
    roleArn: asText(properties['RoleArn'], `${where} RoleArn`),
    definition: parseNamed(definitionText, where),
    definitionText,
    definitionHash: createHash('sha256').update(definitionText).digest('hex'),
  };
}

function parseNamed(definitionText: string, where: string): Definition {
  try {
    return parseDefinition(definitionText);
  } catch (error) {
    throw new TypeError(`${where}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}

function definitionOf(properties: Properties, assembly: Assembly, where: string): string {
  const inline = properties['DefinitionString'];
  if (inline !== undefined) return asText(inline, `${where} DefinitionString`);
  if (properties['Definition'] !== undefined) return JSON.stringify(properties['Definition']);
  const location = asRecord(properties['DefinitionS3Location'], `${where} DefinitionS3Location`);
  return readFileSync(
    definitionFile(assembly.assetPath(asText(location['Key'], `${where} DefinitionS3Location.Key`))),
    'utf8',
  );
}

/** A file asset may be staged as the file itself or as a folder that holds it. */
function definitionFile(path: string): string {
  if (!statSync(path).isDirectory()) return path;
  const file = readdirSync(path).find((name) => name.endsWith('.json'));
  if (file === undefined) throw new TypeError(`expected a definition file in the asset, got none`);
  return join(path, file);
}

function substitute(definition: string, properties: Properties, where: string): string {
  const values = asRecord(properties['DefinitionSubstitutions'], `${where} DefinitionSubstitutions`);
  let result = definition;
  for (const [name, value] of Object.entries(values)) result = result.replaceAll(`\${${name}}`, String(value));
  return result;
}
