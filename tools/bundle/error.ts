/** Thrown when the policies cannot become a bundle. The message names the file and, where there is one, the rule. */
export class BundleBuildError extends Error {
  readonly code = 'bundle_build';

  constructor(file: string, rule: string | undefined, problem: string) {
    super(rule === undefined ? `${file}: ${problem}` : `${file}: rule \`${rule}\`: ${problem}`);
  }
}
