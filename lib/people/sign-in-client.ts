import { Duration } from 'aws-cdk-lib';
import { OAuthScope, UserPoolClient } from 'aws-cdk-lib/aws-cognito';
import { Construct } from 'constructs';
import type { ProductFunction } from '../functions/product-function.ts';
import type { UserDirectory } from './user-directory.ts';

/** Properties of {@link SignInClient}. */
export interface SignInClientProps {
  readonly directory: UserDirectory;
  /** The API's base URL, ending with the stage. */
  readonly baseUrl: string;
}

/**
 * The pages' sign-in: authorization code with PKCE, without a client secret because a page can keep none. Tokens are
 * short, so that a person removed from a group stops deciding within the hour.
 */
export class SignInClient extends Construct {
  readonly client: UserPoolClient;
  private readonly signInBaseUrl: string;

  constructor(scope: Construct, id: string, props: SignInClientProps) {
    super(scope, id);
    this.client = new UserPoolClient(this, 'Client', {
      userPool: props.directory.userPool,
      generateSecret: false,
      authFlows: {},
      preventUserExistenceErrors: true,
      enableTokenRevocation: true,
      idTokenValidity: Duration.minutes(30),
      accessTokenValidity: Duration.minutes(30),
      refreshTokenValidity: Duration.hours(8),
      oAuth: {
        flows: { authorizationCodeGrant: true, implicitCodeGrant: false, clientCredentials: false },
        scopes: [OAuthScope.OPENID, OAuthScope.EMAIL],
        callbackUrls: [`${props.baseUrl}/sign-in`],
        logoutUrls: [`${props.baseUrl}/sign-in`],
      },
    });
    this.signInBaseUrl = props.directory.domain.baseUrl();
  }

  /** Tells the page where to sign in and as which client. */
  wire(page: ProductFunction): void {
    page.lambda.addEnvironment('SIGN_IN_BASE_URL', this.signInBaseUrl);
    page.lambda.addEnvironment('SIGN_IN_CLIENT_ID', this.client.userPoolClientId);
  }
}
