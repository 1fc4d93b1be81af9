// Makes the client of a snippet for each line that comes in, and prints what it would log in with.
// Only a hash of it is printed: who started this knows what it is to be.
package main

import (
	"bufio"
	"context"
	"crypto/sha256"
	"fmt"
	"log"
	"os"

	"github.com/twilio/twilio-go"
	"github.com/twilio/twilio-go/client"

	aws "example.com/snippets/aws"
	conjur "example.com/snippets/conjur"
	env "example.com/snippets/env"
	vault "example.com/snippets/vault"
)

func main() {
	ctx := context.Background()
	makers := map[string]func() (*twilio.RestClient, error){
		"aws":    func() (*twilio.RestClient, error) { return aws.TwilioClient(ctx) },
		"conjur": conjur.TwilioClient,
		"env":    env.TwilioClient,
		"vault":  func() (*twilio.RestClient, error) { return vault.TwilioClient(ctx) },
	}
	for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
		made, err := makers[os.Args[1]]()
		if err != nil {
			log.Fatal(err)
		}
		inner := made.Client.(*client.Client)
		login := inner.AccountSid() + "\n" + inner.Username + "\n" + inner.Password
		fmt.Printf("%x\n", sha256.Sum256([]byte(login)))
	}
}
