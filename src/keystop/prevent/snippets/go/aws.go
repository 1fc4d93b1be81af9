// Package messaging makes a Twilio client; its credentials come from AWS Secrets Manager.
package messaging

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/twilio/twilio-go"
)

const secretID = "prod/twilio"

// TwilioClient reads the secret anew. Its errors hold no value.
func TwilioClient(ctx context.Context) (*twilio.RestClient, error) {
	settings, err := config.LoadDefaultConfig(ctx)
	if err != nil {
		return nil, err
	}
	answer, err := secretsmanager.NewFromConfig(settings).GetSecretValue(
		ctx, &secretsmanager.GetSecretValueInput{SecretId: aws.String(secretID)})
	if err != nil {
		return nil, fmt.Errorf("cannot read %s from AWS Secrets Manager: %w", secretID, err)
	}
	var login struct{ AccountSid, ApiKeySid, ApiKeySecret string }
	if json.Unmarshal([]byte(aws.ToString(answer.SecretString)), &login) != nil {
		return nil, fmt.Errorf("%s is not JSON", secretID)
	}
	if login.AccountSid == "" || login.ApiKeySid == "" || login.ApiKeySecret == "" {
		return nil, fmt.Errorf("%s has not all of apiKeySid, apiKeySecret, accountSid", secretID)
	}
	return twilio.NewRestClientWithParams(twilio.ClientParams{
		Username:   login.ApiKeySid,
		Password:   login.ApiKeySecret,
		AccountSid: login.AccountSid,
	}), nil
}
