import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { isRawObject, objectOrEmpty, parseTemplate, type RawTemplate } from './raw-template.ts';
import { TemplateError } from './template-error.ts';

/** What `cdk synth` left in its output folder, nested stages included. */
export interface CloudAssembly {
  readonly templates: readonly RawTemplate[];
  /** Absolute paths of file assets by hash and by the S3 key they would be published under. */
  readonly assetPaths: ReadonlyMap<string, string>;
}

function readJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    const cause = error instanceof Error ? error.message : String(error);
    throw new TemplateError('malformed_template', `cannot read \`${path}\`: ${cause}`);
  }
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function collectAssets(folder: string, file: string, into: Map<string, string>): void {
  const manifest = objectOrEmpty(readJson(join(folder, file)));
  for (const [hash, asset] of Object.entries(objectOrEmpty(manifest['files']))) {
    const source = objectOrEmpty(objectOrEmpty(asset)['source']);
    const path = text(source['path']);
    if (path === undefined) {
      continue;
    }
    const absolute = resolve(folder, path);
    into.set(hash, absolute);
    for (const destination of Object.values(objectOrEmpty(objectOrEmpty(asset)['destinations']))) {
      const key = text(objectOrEmpty(destination)['objectKey']);
      if (key !== undefined) {
        into.set(key, absolute);
      }
    }
  }
}

function collect(folder: string, templates: RawTemplate[], assetPaths: Map<string, string>): void {
  const manifest = objectOrEmpty(readJson(join(folder, 'manifest.json')));
  for (const [artifactId, artifact] of Object.entries(objectOrEmpty(manifest['artifacts']))) {
    if (!isRawObject(artifact)) {
      continue;
    }
    const properties = objectOrEmpty(artifact['properties']);
    if (artifact['type'] === 'aws:cloudformation:stack') {
      const file = text(properties['templateFile']) ?? `${artifactId}.template.json`;
      templates.push(parseTemplate(text(properties['stackName']) ?? artifactId, readJson(join(folder, file))));
    } else if (artifact['type'] === 'cdk:asset-manifest') {
      collectAssets(folder, text(properties['file']) ?? `${artifactId}.json`, assetPaths);
    } else if (artifact['type'] === 'cdk:cloud-assembly') {
      collect(join(folder, text(properties['directoryName']) ?? artifactId), templates, assetPaths);
    }
  }
}

/**
 * Reads `manifest.json` of `folder` with the templates and asset lists it names.
 *
 * @throws {TemplateError} `malformed_template` where a file is missing or not JSON
 */
export function readCloudAssembly(folder: string): CloudAssembly {
  const templates: RawTemplate[] = [];
  const assetPaths = new Map<string, string>();
  collect(resolve(folder), templates, assetPaths);
  return { templates, assetPaths };
}
