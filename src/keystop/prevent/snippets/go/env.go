// Package messaging makes a Twilio client; its credentials come from the environment.
package messaging

import (
	"fmt"
	"os"

	"github.com/twilio/twilio-go"
)

// TwilioClient returns an error that names the first variable that is missing.
func TwilioClient() (*twilio.RestClient, error) {
	for _, name := range []string{"TWILIO_API_KEY", "TWILIO_API_SECRET", "TWILIO_ACCOUNT_SID"} {
		if os.Getenv(name) == "" {
			return nil, fmt.Errorf("not set in the environment: %s", name)
		}
	}
	return twilio.NewRestClientWithParams(twilio.ClientParams{
		Username:   os.Getenv("TWILIO_API_KEY"),
		Password:   os.Getenv("TWILIO_API_SECRET"),
		AccountSid: os.Getenv("TWILIO_ACCOUNT_SID"),
	}), nil
}
