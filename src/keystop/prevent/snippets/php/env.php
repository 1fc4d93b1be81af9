<?php

// A Twilio client; its credentials come from the environment.

declare(strict_types=1);

use Twilio\Rest\Client;

const NAMES = ['TWILIO_API_KEY', 'TWILIO_API_SECRET', 'TWILIO_ACCOUNT_SID'];

function twilioClient(): Client
{
    $login = array_map(fn (string $name): string => (string) getenv($name), NAMES);
    foreach ($login as $place => $value) {
        if ($value === '') {
            throw new RuntimeException('not set in the environment: ' . NAMES[$place]);
        }
    }
    return new Client(...$login);
}
