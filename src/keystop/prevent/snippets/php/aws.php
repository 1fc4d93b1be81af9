<?php

// A Twilio client; its credentials come from AWS Secrets Manager.

declare(strict_types=1);

use Aws\Exception\AwsException;
use Aws\SecretsManager\SecretsManagerClient;
use Twilio\Rest\Client;

const SECRET = 'prod/twilio';

/** Reads the secret anew. Exceptions hold no value. */
function twilioClient(): Client
{
    try {
        $aws = new SecretsManagerClient(['region' => getenv('AWS_REGION')]);
        $text = $aws->getSecretValue(['SecretId' => SECRET])['SecretString'];
    } catch (AwsException $error) {
        throw new RuntimeException(
            'cannot read ' . SECRET . ' from AWS Secrets Manager: ' . $error->getAwsErrorCode()
        );
    }
    $login = json_decode((string) $text, true);
    foreach (['apiKeySid', 'apiKeySecret', 'accountSid'] as $name) {
        if (empty($login[$name])) {
            throw new RuntimeException(SECRET . " is not JSON with $name");
        }
    }
    return new Client($login['apiKeySid'], $login['apiKeySecret'], $login['accountSid']);
}
