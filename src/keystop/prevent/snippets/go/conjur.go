// Package messaging makes a Twilio client; its credentials come from a variable of CyberArk
// Conjur that holds JSON.
package messaging

import (
	"encoding/json"
	"fmt"

	"github.com/cyberark/conjur-api-go/conjurapi"
	"github.com/twilio/twilio-go"
)

const variable = "prod/twilio"

// TwilioClient reads the variable anew. Its errors hold no value.
func TwilioClient() (*twilio.RestClient, error) {
	settings, err := conjurapi.LoadConfig()
	if err != nil {
		return nil, err
	}
	settings.CredentialStorage = conjurapi.CredentialStorageNone // else it makes a ~/.netrc
	conjur, err := conjurapi.NewClientFromEnvironment(settings)
	if err != nil {
		return nil, err
	}
	value, err := conjur.RetrieveSecret(variable)
	if err != nil {
		return nil, fmt.Errorf("cannot read %s from Conjur: %w", variable, err)
	}
	var login struct{ AccountSid, ApiKeySid, ApiKeySecret string }
	if json.Unmarshal(value, &login) != nil {
		return nil, fmt.Errorf("%s is not JSON", variable)
	}
	if login.AccountSid == "" || login.ApiKeySid == "" || login.ApiKeySecret == "" {
		return nil, fmt.Errorf("%s has not all of apiKeySid, apiKeySecret, accountSid", variable)
	}
	return twilio.NewRestClientWithParams(twilio.ClientParams{
		Username:   login.ApiKeySid,
		Password:   login.ApiKeySecret,
		AccountSid: login.AccountSid,
	}), nil
}
