<?php

// A Twilio client; its credentials come from a variable of CyberArk Conjur that holds JSON.
// There is no library of the vendor's: two requests do.

declare(strict_types=1);

use GuzzleHttp\Client as Http;
use GuzzleHttp\Exception\GuzzleException;
use Twilio\Rest\Client;

const VARIABLE = 'prod/twilio';

/** Reads the variable anew. Exceptions hold no value. */
function twilioClient(): Client
{
    $conjur = new Http(['base_uri' => getenv('CONJUR_APPLIANCE_URL') . '/', 'timeout' => 10]);
    $account = getenv('CONJUR_ACCOUNT');
    $user = rawurlencode((string) getenv('CONJUR_AUTHN_LOGIN'));
    try {
        $answer = $conjur->post(
            "authn/$account/$user/authenticate",
            ['body' => getenv('CONJUR_AUTHN_API_KEY')]
        );
        $token = base64_encode((string) $answer->getBody());
        $answer = $conjur->get(
            "secrets/$account/variable/" . rawurlencode(VARIABLE),
            ['headers' => ['Authorization' => "Token token=\"$token\""]]
        );
    } catch (GuzzleException $error) {
        throw new RuntimeException(
            'cannot read ' . VARIABLE . ' from Conjur: ' . $error->getMessage()
        );
    }
    $login = json_decode((string) $answer->getBody(), true);
    foreach (['apiKeySid', 'apiKeySecret', 'accountSid'] as $name) {
        if (empty($login[$name])) {
            throw new RuntimeException(VARIABLE . " is not JSON with $name");
        }
    }
    return new Client($login['apiKeySid'], $login['apiKeySecret'], $login['accountSid']);
}
