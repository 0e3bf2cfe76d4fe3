import type { SandboxFile } from '../deployment.ts';
import { PAYMENTS_ROLE } from './registry.ts';

/** What a newcomer can click and type. */
export function guide({ apiUrl, endpointUrl, signIn, people, roles, region }: SandboxFile): readonly string[] {
  const agent = roles[PAYMENTS_ROLE];
  return [
    'Countersign is running.',
    '',
    `  API            ${apiUrl}`,
    `  AWS endpoint   ${endpointUrl}  (region ${region})`,
    `  sign-in        ${signIn.baseUrl}`,
    '',
    'People (passwords are this sandbox’s own)',
    ...Object.entries(people).map(([name, { password, role }]) => `  ${name.padEnd(8)} ${password.padEnd(20)} ${role}`),
    '',
    'In another terminal of this folder:',
    '',
    '  # a payee the account has paid before: allowed at once',
    '  npx countersign submit payment.send --resource account/DE89370400440532013000 \\',
    `    --params '{"recipient":"GB29NWBK60161331926819","amount":4,"subject":"Refund","date":"2026-11-20"}'`,
    '  # a new payee: a person is asked; approve in the browser, or here',
    '  npx countersign submit payment.send --resource account/DE89370400440532013000 \\',
    `    --params '{"recipient":"DE02120300000000202051","amount":20,"subject":"Bill","date":"2026-11-20"}'`,
    '  npx countersign approve --list --as ann       # what waits, and the page to click',
    '  npx countersign approve ACTION --reason "bill checked" --as ann',
    '  npx countersign redeem ACTION                 # the agent uses the approval, within 90 seconds',
    `  npx countersign halt 111122223333:${PAYMENTS_ROLE} --reason "unusual payees" --as rick`,
    '  npx countersign query                         # what an auditor can ask',
    '',
    ...(agent === undefined ? [] : curlLines(apiUrl, region, agent)),
    'Stop with Ctrl-C; the next start goes on from here.',
  ];
}

function curlLines(
  apiUrl: string,
  region: string,
  agent: { accessKeyId: string; secretAccessKey: string; sessionToken: string },
) {
  return [
    'With curl, as the agent:',
    '',
    `  curl -s ${apiUrl}/tools --aws-sigv4 "aws:amz:${region}:execute-api" \\`,
    `    --user ${agent.accessKeyId}:${agent.secretAccessKey} \\`,
    `    -H "x-amz-security-token: ${agent.sessionToken}"`,
    '',
  ];
}
