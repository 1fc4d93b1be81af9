<?php

// A Twilio client; its credentials come from a KV version 2 engine of HashiCorp Vault.
// There is no library of the vendor's: one or two requests do.

declare(strict_types=1);

use GuzzleHttp\Client as Http;
use GuzzleHttp\Exception\GuzzleException;
use Twilio\Rest\Client;

const PATH = 'secret/data/twilio'; // of the engine "secret": version 2 wants the data/

/** Reads the secret anew. Exceptions hold no value. */
function twilioClient(): Client
{
    $vault = new Http(['base_uri' => getenv('VAULT_ADDR') . '/v1/', 'timeout' => 10]);
    try {
        $token = getenv('VAULT_TOKEN');
        if (getenv('VAULT_ROLE_ID') !== false) {
            $answer = $vault->post('auth/approle/login', ['json' => [
                'role_id' => getenv('VAULT_ROLE_ID'),
                'secret_id' => getenv('VAULT_SECRET_ID'),
            ]]);
            $token = json_decode((string) $answer->getBody(), true)['auth']['client_token'];
        }
        $answer = $vault->get(PATH, ['headers' => ['X-Vault-Token' => $token]]);
    } catch (GuzzleException $error) {
        throw new RuntimeException('cannot read ' . PATH . ' from Vault: ' . $error->getMessage());
    }
    $login = json_decode((string) $answer->getBody(), true)['data']['data'];
    foreach (['apiKeySid', 'apiKeySecret', 'accountSid'] as $name) {
        if (empty($login[$name])) {
            throw new RuntimeException(PATH . " has no $name");
        }
    }
    return new Client($login['apiKeySid'], $login['apiKeySecret'], $login['accountSid']);
}
