// Package messaging makes a Twilio client; its credentials come from a KV version 2 engine of
// HashiCorp Vault.
package messaging

import (
	"context"
	"fmt"
	"os"

	"github.com/hashicorp/vault/api"
	"github.com/hashicorp/vault/api/auth/approle"
	"github.com/twilio/twilio-go"
)

const mount, path = "secret", "twilio"

// TwilioClient reads the secret anew. Its errors hold no value.
func TwilioClient(ctx context.Context) (*twilio.RestClient, error) {
	vault, err := api.NewClient(nil) // VAULT_ADDR, VAULT_TOKEN, VAULT_NAMESPACE
	if err != nil {
		return nil, err
	}
	if role := os.Getenv("VAULT_ROLE_ID"); role != "" {
		auth, err := approle.NewAppRoleAuth(role, &approle.SecretID{FromEnv: "VAULT_SECRET_ID"})
		if err != nil {
			return nil, err
		}
		if _, err := vault.Auth().Login(ctx, auth); err != nil {
			return nil, fmt.Errorf("cannot log in to Vault: %w", err)
		}
	}
	secret, err := vault.KVv2(mount).Get(ctx, path)
	if err != nil {
		return nil, fmt.Errorf("cannot read %s/%s from Vault: %w", mount, path, err)
	}
	account, _ := secret.Data["accountSid"].(string)
	key, _ := secret.Data["apiKeySid"].(string)
	password, _ := secret.Data["apiKeySecret"].(string)
	if account == "" || key == "" || password == "" {
		return nil, fmt.Errorf("%s/%s has not all of apiKeySid, apiKeySecret, accountSid", mount, path)
	}
	return twilio.NewRestClientWithParams(twilio.ClientParams{
		Username:   key,
		Password:   password,
		AccountSid: account,
	}), nil
}
