"""A made-up clinic: fourteen services that take payments, written to measure and for nothing else.

The credential is a Stripe key, <KEY>, first found in a settings file of Rails. <TEST> is the key of
the sandbox, whose names are alike. What `keystop impact` found here when it was first run on it is
in docs/impact.md.
"""

from __future__ import annotations

# ruff: noqa: E501 - lines of files are as long as they are

FILES: dict[tuple[str, str], str] = {}


def _add(service: str, path: str, text: str) -> None:
    FILES[service, path] = text.removeprefix("\n")


# Rails, with an initializer --------------------------------------------------------------------
_add("booking", "booking/Gemfile", 'source "https://rubygems.org"\ngem "stripe"\n')
_add(
    "booking",
    "booking/config/secrets.yml",
    """
development:
  stripe_secret_key: <TEST>
production:
  stripe_secret_key: <KEY>  «setting»
  secret_key_base: 0
""",
)
_add(
    "booking",
    "booking/config/initializers/stripe.rb",
    """
# Rails.application.secrets.stripe_secret_key is set in secrets.yml
Stripe.api_key = Rails.application.secrets.stripe_secret_key  «client»
Stripe.api_version = "2024-06-20"
""",
)

# Flask with a class of settings ----------------------------------------------------------------
_add("patients", "patients/requirements.txt", "flask\nstripe\npython-dotenv\n")
_add(
    "patients",
    "patients/config.py",
    """
import os
from dotenv import load_dotenv

load_dotenv()


class Config:
    SECRET_KEY = os.environ["FLASK_SECRET"]
    STRIPE_KEY = os.environ.get("STRIPE_SECRET_KEY")  «environment»


class TestConfig(Config):
    STRIPE_KEY = "sk_test_placeholder"
""",
)
_add(
    "patients",
    "patients/pay.py",
    '''
import stripe
from flask import current_app


def charge(amount):
    """Charges; STRIPE_KEY is in Config."""
    stripe.api_key = current_app.config["STRIPE_KEY"]  «setting»
    return stripe.Charge.create(amount=amount, currency="eur")
''',
)
_add("patients", "patients/.env", "FLASK_SECRET=dev\nSTRIPE_SECRET_KEY=<KEY>  «env file»\n")

# Node, handed on through an index --------------------------------------------------------------
_add("portal", "portal/package.json", '{"name": "portal"}\n')
_add(
    "portal",
    "portal/lib/env.js",
    """
require("dotenv").config();

const required = (name) => {
  if (!process.env[name]) throw new Error(`${name} is missing`);
  return process.env[name];
};

module.exports = {
  stripeKey: required("STRIPE_SECRET_KEY"),  «setting»
  stripeTestKey: process.env.STRIPE_TEST_SECRET_KEY,
  port: process.env.PORT || 3000,
};
""",
)
_add(
    "portal",
    "portal/lib/stripe.js",
    """
const Stripe = require("stripe");
const { stripeKey } = require("./env");  «import»

module.exports = new Stripe(stripeKey, { apiVersion: "2024-06-20" });  «client»
""",
)

# Java with a class of properties ---------------------------------------------------------------
_add("invoices", "invoices/build.gradle", "plugins { id 'java' }\n")
_add(
    "invoices",
    "invoices/src/main/resources/application.properties",
    """
server.port=8080
stripe.secret-key=${STRIPE_SECRET_KEY}  «setting»
stripe.publishable-key=pk_live_public
""",
)
_add(
    "invoices",
    "invoices/src/main/java/clinic/StripeConfig.java",
    """
package clinic;

import com.stripe.Stripe;
import org.springframework.core.env.Environment;

public class StripeConfig {
    public StripeConfig(Environment environment) {
        Stripe.apiKey = environment.getProperty("stripe.secret-key");  «setting»
    }
}
""",
)

# .NET ------------------------------------------------------------------------------------------
_add("labs", "labs/Labs.csproj", "<Project></Project>\n")
_add(
    "labs",
    "labs/Program.cs",
    """
var builder = WebApplication.CreateBuilder(args);
// the key is STRIPE_SECRET_KEY
StripeConfiguration.ApiKey = Environment.GetEnvironmentVariable("STRIPE_SECRET_KEY")
    ?? throw new InvalidOperationException("STRIPE_SECRET_KEY is missing");
""".replace('("STRIPE_SECRET_KEY")\n', '("STRIPE_SECRET_KEY")  «environment»\n'),
)

# PHP with Symfony ------------------------------------------------------------------------------
_add("shop", "shop/composer.json", "{}\n")
_add(
    "shop",
    "shop/config/services.yaml",
    """
parameters:
    stripe_secret_key: '%env(STRIPE_SECRET_KEY)%'  «setting»
services:
    App\\Payment:
        arguments:
            $key: '%stripe_secret_key%'  «setting»
""",
)

# Go, from a mounted file -----------------------------------------------------------------------
_add("wards", "wards/go.mod", "module clinic/wards\n")
_add(
    "wards",
    "wards/main.go",
    """
package main

import (
	"os"

	"github.com/stripe/stripe-go/v79"
)

func main() {
	path, ok := os.LookupEnv("STRIPE_SECRET_KEY_FILE")  «environment»
	if !ok {
		panic("no key")
	}
	content, _ := os.ReadFile(path)
	stripe.Key = string(content)
}
""",
)
_add(
    "",
    "compose.yaml",
    """
x-payments: &payments
  STRIPE_SECRET_KEY: ${STRIPE_SECRET_KEY}  «compose»
services:
  wards:
    build: ./wards
    environment:
      STRIPE_SECRET_KEY_FILE: /run/secrets/stripe_secret_key
    secrets:
      - stripe_secret_key  «compose @wards»
  labs:
    build: {context: ./labs}
    environment:
      <<: *payments  «compose @labs»
      ASPNETCORE_URLS: http://+:80
  sandbox:
    image: example/stripe-mock:1
    environment:
      STRIPE_SECRET_KEY: ${STRIPE_TEST_SECRET_KEY}
secrets:
  stripe_secret_key:
    file: ./secrets/stripe_secret_key.txt  «compose»
""",
)
_add("", "secrets/stripe_secret_key.txt", "<KEY>  «secret file»\n")
_add("", ".env", "STRIPE_TEST_SECRET_KEY=<TEST>\nCOMPOSE_PROJECT_NAME=clinic\n")

# Elixir and Rust -------------------------------------------------------------------------------
_add("chat", "chat/mix.exs", "defmodule Chat.MixProject do\nend\n")
_add(
    "chat",
    "chat/config/config.exs",
    """
import Config
config :stripity_stripe, api_key: System.get_env("STRIPE_SECRET_KEY")  «environment»
""",
)
_add("beds", "beds/Cargo.toml", '[package]\nname = "beds"\n')
_add(
    "beds",
    "beds/src/main.rs",
    """
fn main() {
    let secret_key = std::env::var("STRIPE_SECRET_KEY").expect("Missing STRIPE_SECRET_KEY in env");  «environment»
    let client = stripe::Client::new(secret_key);  «client»
}
""",
)

# Kubernetes: a sealed Secret, Vault's agent ----------------------------------------------------
_add(
    "",
    "cluster/payments-secret.yaml",
    """
kind: Secret
apiVersion: v1
metadata: {name: payments}
stringData:
  stripe.key: <KEY>  «kubernetes»
""",
)
_add(
    "beds",
    "cluster/beds.yaml",
    """
kind: Deployment
apiVersion: apps/v1
metadata: {name: beds}
spec:
  template:
    spec:
      containers:
      - name: app
        image: beds:7
        env:
        - {name: RUST_LOG, value: info}
        - name: STRIPE_SECRET_KEY  «kubernetes»
          valueFrom: {secretKeyRef: {name: payments, key: stripe.key}}
""",
)
_add(
    "ledger (kubernetes)",
    "cluster/ledger.yaml",
    """
apiVersion: batch/v1
kind: Job
metadata:
  name: ledger
spec:
  template:
    spec:
      volumes:
      - name: keys
        secret:
          secretName: payments  «kubernetes»
      containers:
      - name: ledger
        image: example/ledger:1
""",
)

# summon and Conjur -----------------------------------------------------------------------------
_add(
    "pharmacy",
    "pharmacy/package.json",
    '{"name": "pharmacy", "scripts": {"start": "summon node ."}}\n',
)
_add(
    "pharmacy",
    "pharmacy/secrets.yml",
    "STRIPE_SECRET_KEY: !var clinic/stripe/secret-key  «setting»\n",
)
_add(
    "pharmacy",
    "pharmacy/index.mjs",
    """
import Stripe from "stripe";

const stripe = new Stripe(process.env.STRIPE_SECRET_KEY);  «environment»
export default stripe;
""",
)

# Pipelines -------------------------------------------------------------------------------------
_add(
    ".github/workflows/ci.yml",
    ".github/workflows/ci.yml",
    """
on: [push]
jobs:
  test:
    runs-on: ubuntu-latest
    env:
      STRIPE_SECRET_KEY: ${{ secrets.STRIPE_TEST_KEY }}
    steps:
      - run: npm test
  deploy:
    needs: test
    runs-on: ubuntu-latest
    steps:
      - uses: ./.github/actions/deploy
        with:
          stripe-key: ${{ secrets.STRIPE_SECRET_KEY }}  «ci»
""",
)
_add(
    ".circleci/config.yml",
    ".circleci/config.yml",
    """
version: 2.1
jobs:
  conjur:
    docker: [{image: cimg/base:stable}]
    steps:
      - run: conjur variable set -i clinic/stripe/secret-key -v "$STRIPE_SECRET_KEY"  «ci»
""",
)
_add(
    "",
    "bin/refund",
    """
#!/usr/bin/env bash
# Usage: STRIPE_SECRET_KEY=... bin/refund ID
: "${STRIPE_SECRET_KEY:?not set}"  «script»
curl https://api.stripe.com/v1/refunds -u "$STRIPE_SECRET_KEY:" -d charge="$1"  «script»
""",
)
_add("", "notes/stripe.md", "The key STRIPE_SECRET_KEY is in `payments`.\n")
