"""A made-up courier company: sixteen services that send messages, and a second Twilio account.

The credential is the Auth Token of the main account, <TOKEN>. <OTHER> is that of the account for
Europe, whose names are alike; <STRIPE> is something else altogether.
"""

from __future__ import annotations

# ruff: noqa: E501 - lines of files are as long as they are

FILES: dict[tuple[str, str], str] = {}


def _add(service: str, path: str, text: str) -> None:
    FILES[service, path] = text.removeprefix("\n")


# Python, with a settings module ----------------------------------------------------------------
_add("services/api", "services/api/requirements.txt", "flask\ntwilio\n")
_add(
    "services/api",
    "services/api/Dockerfile",
    """
FROM python:3.12-slim
WORKDIR /app
COPY . .
RUN pip install -r requirements.txt
CMD ["gunicorn", "app:app"]
""",
)
_add(
    "services/api",
    "services/api/settings.py",
    '''
"""Settings. TWILIO_AUTH_TOKEN comes from the environment."""
import os

DEBUG = os.environ.get("DEBUG") == "1"
TWILIO_ACCOUNT_SID = os.environ["TWILIO_ACCOUNT_SID"]
TWILIO_AUTH_TOKEN = os.environ["TWILIO_AUTH_TOKEN"]  «environment»
STRIPE_SECRET_KEY = os.environ["STRIPE_SECRET_KEY"]
# TWILIO_AUTH_TOKEN = os.environ.get("OLD_TWILIO_AUTH_TOKEN")
''',
)
_add(
    "services/api",
    "services/api/app.py",
    """
from flask import Flask, request
from twilio.rest import Client

import settings

app = Flask(__name__)
client = Client(settings.TWILIO_ACCOUNT_SID, settings.TWILIO_AUTH_TOKEN)  «client»


@app.post("/send")
def send():
    if not settings.TWILIO_ACCOUNT_SID:
        raise RuntimeError("TWILIO_AUTH_TOKEN and TWILIO_ACCOUNT_SID have to be set")
    client.messages.create(to=request.form["to"], body=request.form["body"])
    return "ok"
""",
)
_add(
    "services/api",
    "services/api/hooks.py",
    """
from settings import DEBUG, TWILIO_AUTH_TOKEN  «import»
from twilio.request_validator import RequestValidator


def is_genuine(url, params, signature):
    validator = RequestValidator(TWILIO_AUTH_TOKEN)  «client»
    return DEBUG or validator.validate(url, params, signature)
""",
)
_add(
    "services/api",
    "services/api/payments.py",
    """
import stripe

from settings import STRIPE_SECRET_KEY

stripe.api_key = STRIPE_SECRET_KEY
token = stripe.Token.create(card="tok")
print("TWILIO_AUTH_TOKEN is not needed here")
""",
)
_add(
    "services/api",
    "services/api/README.md",
    """
# The API

Set `TWILIO_AUTH_TOKEN` and `TWILIO_ACCOUNT_SID`:

    export TWILIO_AUTH_TOKEN=...
""",
)
_add(
    "services/api",
    "services/api/.env.example",
    """
TWILIO_ACCOUNT_SID=
TWILIO_AUTH_TOKEN=your_auth_token
""",
)

# TypeScript ------------------------------------------------------------------------------------
_add(
    "services/web",
    "services/web/package.json",
    """
{
  "name": "web",
  "scripts": {"start": "node dist/index.js"},
  "dependencies": {"twilio": "^5"}
}
""",
)
_add(
    "services/web",
    "services/web/src/config.ts",
    """
export const config = {
  port: Number(process.env.PORT ?? 8080),
  twilio: {
    accountSid: process.env.TWILIO_ACCOUNT_SID,
    authToken: process.env.TWILIO_AUTH_TOKEN,  «environment»
  },
  session: { authToken: process.env.SESSION_TOKEN },
};
""",
)
_add(
    "services/web",
    "services/web/src/sms.ts",
    """
import twilio from "twilio";
import { config } from "./config";

// config.twilio.authToken is checked at start-up
const client = twilio(config.twilio.accountSid, config.twilio.authToken);  «client»

export async function sms(to: string, body: string) {
  return client.messages.create({ to, body, from: "Couriers" });
}
""",
)
_add(
    "services/web",
    "services/web/src/session.ts",
    """
import { config } from "./config";

export function check(token: string) {
  return token === config.session.authToken;
}
""",
)

# Go, deployed by a chart -----------------------------------------------------------------------
_add("services/worker", "services/worker/go.mod", "module example.com/worker\n\ngo 1.22\n")
_add(
    "services/worker",
    "services/worker/main.go",
    """
package main

import (
	"log"
	"os"

	"github.com/twilio/twilio-go"
)

/* The chart gives
   SMS_TOKEN to us. */
func main() {
	token := os.Getenv("SMS_TOKEN")  «environment»
	if token == "" {
		log.Fatal("SMS_TOKEN is not set")
	}
	client := twilio.NewRestClientWithParams(twilio.ClientParams{
		Username: os.Getenv("SMS_SID"),
		Password: token,  «client»
	})
	run(client)
}
""",
)
_add(
    "services/worker", "charts/worker/Chart.yaml", "apiVersion: v2\nname: worker\nversion: 1.0.0\n"
)
_add(
    "services/worker",
    "charts/worker/values.yaml",
    """
image:
  repository: registry.example.com/couriers/worker
  tag: "1.4"
twilio:
  accountSid: ""
  authToken: "<TOKEN>"  «helm»
replicas: 2
""",
)
_add(
    "services/worker",
    "charts/worker/templates/secret.yaml",
    """
apiVersion: v1
kind: Secret
metadata:
  name: {{ .Release.Name }}-sms
type: Opaque
stringData:
  sid: {{ .Values.twilio.accountSid | quote }}
  token: {{ .Values.twilio.authToken | quote }}  «helm»
""",
)
_add(
    "services/worker",
    "charts/worker/templates/deployment.yaml",
    """
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ .Release.Name }}-worker
spec:
  replicas: {{ .Values.replicas }}
  template:
    spec:
      containers:
        - name: worker
          image: "{{ .Values.image.repository }}:{{ .Values.image.tag }}"
          env:
            - name: SMS_SID
              valueFrom:
                secretKeyRef:
                  name: {{ .Release.Name }}-sms
                  key: sid
            - name: SMS_TOKEN  «helm»
              valueFrom:
                secretKeyRef:
                  name: {{ .Release.Name }}-sms
                  key: token
""",
)

# Java with Spring ------------------------------------------------------------------------------
_add(
    "services/billing",
    "services/billing/pom.xml",
    "<project><artifactId>billing</artifactId></project>\n",
)
_add(
    "services/billing",
    "services/billing/src/main/resources/application.yml",
    """
server:
  port: 8081
twilio:
  account-sid: ${TWILIO_ACCOUNT_SID}
  auth-token: ${TWILIO_AUTH_TOKEN}  «setting»
""",
)
_add(
    "services/billing",
    "services/billing/src/main/java/com/example/Sms.java",
    """
package com.example;

import com.twilio.Twilio;
import org.springframework.beans.factory.annotation.Value;

public class Sms {
    @Value("${twilio.account-sid}")
    private String accountSid;

    @Value("${twilio.auth-token}")  «setting»
    private String authToken;

    public void start() {
        Twilio.init(accountSid, authToken);  «client»
    }

    public String sessionToken() {
        return "none";
    }
}
""",
)

# Ruby on a platform with a Procfile ------------------------------------------------------------
_add(
    "services/reminders",
    "services/reminders/Gemfile",
    'source "https://rubygems.org"\ngem "twilio-ruby"\n',
)
_add(
    "services/reminders",
    "services/reminders/Procfile",
    """
web: bundle exec puma
worker: TW_TOKEN=$TWILIO_AUTH_TOKEN bundle exec sidekiq  «procfile»
""",
)
_add(
    "services/reminders",
    "services/reminders/app.json",
    """
{
  "name": "reminders",
  "env": {
    "TWILIO_AUTH_TOKEN": {  «procfile»
      "description": "of the main account",
      "required": true
    },
    "RAILS_ENV": "production"
  }
}
""",
)
_add(
    "services/reminders",
    "services/reminders/lib/sms.rb",
    """
require "twilio-ruby"

class Sms
  # TW_TOKEN is set by the Procfile
  def initialize
    @client = Twilio::REST::Client.new(ENV["TWILIO_ACCOUNT_SID"], ENV.fetch("TW_TOKEN"))  «environment»
  end

  def send(to, body)
    @client.messages.create(to: to, body: body)
  end
end
""",
)

# C# --------------------------------------------------------------------------------------------
_add("services/dispatch", "services/dispatch/Dispatch.csproj", "<Project></Project>\n")
_add(
    "services/dispatch",
    "services/dispatch/appsettings.json",
    """
{
  "Logging": {"LogLevel": {"Default": "Warning"}},
  "Twilio": {
    "AccountSid": "",
    "AuthToken": "<TOKEN>"  «setting»
  }
}
""",
)
_add(
    "services/dispatch",
    "services/dispatch/Sender.cs",
    """
using Twilio;

public class Sender
{
    private readonly IConfiguration _configuration;

    public void Start()
    {
        var sid = _configuration["Twilio:AccountSid"];
        var token = _configuration["Twilio:AuthToken"];  «setting»
        TwilioClient.Init(sid, token);  «client»
        Console.WriteLine("Twilio:AuthToken was read");
    }
}
""",
)

# PHP with Laravel ------------------------------------------------------------------------------
_add("services/portal", "services/portal/composer.json", '{"require": {"twilio/sdk": "^8"}}\n')
_add(
    "services/portal",
    "services/portal/config/services.php",
    """
<?php

return [
    'twilio' => [
        'sid' => env('TWILIO_ACCOUNT_SID'),
        'token' => env('TWILIO_AUTH_TOKEN'),  «environment»
    ],
    'mailgun' => [
        'token' => env('MAILGUN_TOKEN'),
    ],
];
""",
)
_add(
    "services/portal",
    "services/portal/app/Sms.php",
    """
<?php

namespace App;

use Twilio\\Rest\\Client;

class Sms
{
    public function client(): Client
    {
        $token = config('services.twilio.token');  «setting»
        return new Client(config('services.twilio.sid'), $token);  «client»
    }

    public function mail(): string
    {
        return config('services.mailgun.token');
    }
}
""",
)

# Rust ------------------------------------------------------------------------------------------
_add("services/router", "services/router/Cargo.toml", '[package]\nname = "router"\n')
_add(
    "services/router",
    "services/router/src/main.rs",
    """
use std::env;

fn main() {
    let sid = env::var("TWILIO_ACCOUNT_SID").expect("TWILIO_ACCOUNT_SID");
    let auth_token = env::var("TWILIO_AUTH_TOKEN").expect("TWILIO_AUTH_TOKEN");  «environment»
    let request = reqwest::Client::new()
        .post(url(&sid))
        .basic_auth(&sid, Some(&auth_token));  «client»
    run(request);
}
""",
)

# Serverless ------------------------------------------------------------------------------------
_add("services/notify", "services/notify/package.json", '{"name": "notify"}\n')
_add(
    "services/notify",
    "services/notify/serverless.yml",
    """
service: notify
provider:
  name: aws
  runtime: nodejs20.x
  environment:
    STAGE: ${opt:stage}
functions:
  notify:
    handler: handler.notify
    environment:
      TWILIO_ACCOUNT_SID: ${ssm:/couriers/twilio/sid}
      TWILIO_TOKEN: ${ssm:/couriers/twilio/auth-token}  «serverless»
""",
)
_add(
    "services/notify",
    "services/notify/handler.js",
    """
const twilio = require("twilio");

const { TWILIO_ACCOUNT_SID, TWILIO_TOKEN } = process.env;  «environment»

exports.notify = async (event) => {
  const client = twilio(TWILIO_ACCOUNT_SID, TWILIO_TOKEN);  «client»
  await client.messages.create(JSON.parse(event.body));
};
""",
)

# Elixir, a cron job of Kubernetes --------------------------------------------------------------
_add("services/audit", "services/audit/mix.exs", "defmodule Audit.MixProject do\nend\n")
_add(
    "services/audit",
    "services/audit/config/runtime.exs",
    """
import Config

config :audit,
  port: 4000

config :ex_twilio,
  account_sid: System.get_env("TWILIO_ACCOUNT_SID"),
  auth_token: System.fetch_env!("TWILIO_AUTH_TOKEN")  «environment»
""",
)
_add(
    "",
    "k8s/secrets.yaml",
    """
apiVersion: v1
kind: Secret
metadata:
  name: twilio
type: Opaque
data:
  account-sid: <SID:base64>
  auth-token: <TOKEN:base64>  «kubernetes»
---
apiVersion: v1
kind: Secret
metadata:
  name: twilio-eu
type: Opaque
data:
  auth-token: <OTHER:base64>
""",
)
_add(
    "services/audit",
    "k8s/audit.yaml",
    """
apiVersion: batch/v1
kind: CronJob
metadata:
  name: nightly-audit
spec:
  schedule: "0 3 * * *"
  jobTemplate:
    spec:
      template:
        spec:
          containers:
            - name: audit
              image: registry.example.com/couriers/audit:2
              env:
                - name: TWILIO_ACCOUNT_SID
                  valueFrom:
                    secretKeyRef: {name: twilio, key: account-sid}
                - name: TWILIO_AUTH_TOKEN  «kubernetes»
                  valueFrom:
                    secretKeyRef: {name: twilio, key: auth-token}
""",
)

# A workload of an image from elsewhere ---------------------------------------------------------
_add(
    "alerts (kubernetes)",
    "k8s/alerts.yaml",
    """
apiVersion: apps/v1
kind: Deployment
metadata:
  name: alerts
spec:
  template:
    spec:
      containers:
        - name: alertmanager-sms
          image: docker.io/example/alertmanager-sms:1
          envFrom:
            - secretRef:
                name: twilio  «kubernetes»
""",
)
_add(
    "alerts-eu (kubernetes)",
    "k8s/alerts-eu.yaml",
    """
apiVersion: apps/v1
kind: Deployment
metadata:
  name: alerts-eu
spec:
  template:
    spec:
      containers:
        - name: alertmanager-sms
          image: docker.io/example/alertmanager-sms:1
          env:
            - name: TWILIO_AUTH_TOKEN
              valueFrom:
                secretKeyRef:
                  name: twilio-eu
                  key: auth-token
""",
)

# The second account ----------------------------------------------------------------------------
_add("services/europe", "services/europe/requirements.txt", "twilio\n")
_add(
    "services/europe",
    "services/europe/main.py",
    """
import os

from twilio.rest import Client

client = Client(os.environ["TWILIO_ACCOUNT_SID"], os.environ["TWILIO_AUTH_TOKEN"])
backup = os.environ.get("TWILIO_EU_AUTH_TOKEN")
""",
)

# compose ---------------------------------------------------------------------------------------
_add(
    "",
    ".env",
    """
# TWILIO_AUTH_TOKEN is that of the main account
TWILIO_ACCOUNT_SID=<SID>
TWILIO_AUTH_TOKEN=<TOKEN>  «env file»
TWILIO_EU_AUTH_TOKEN=<OTHER>
STRIPE_SECRET_KEY=<STRIPE>
""",
)
_add(
    "",
    "docker-compose.yml",
    """
services:
  api:
    build: ./services/api
    environment:
      TWILIO_ACCOUNT_SID: ${TWILIO_ACCOUNT_SID}
      TWILIO_AUTH_TOKEN: ${TWILIO_AUTH_TOKEN}  «compose @services/api»
      STRIPE_SECRET_KEY: ${STRIPE_SECRET_KEY}
  web:
    build:
      context: services/web
    environment:
      - PORT=8080
      - TWILIO_AUTH_TOKEN  «compose @services/web»
  europe:
    build: services/europe
    environment:
      TWILIO_ACCOUNT_SID: ${TWILIO_EU_ACCOUNT_SID}
      TWILIO_AUTH_TOKEN: ${TWILIO_EU_AUTH_TOKEN}
  relay:
    image: example/sms-relay:3
    environment:
      RELAY_PASSWORD: ${TWILIO_AUTH_TOKEN:?set it in .env}  «compose @relay (compose)»
  billing:
    build: services/billing
    env_file: ./config/billing.env  «compose @services/billing»
  postgres:
    image: postgres:16
    environment:
      POSTGRES_PASSWORD: ${POSTGRES_PASSWORD:-postgres}
""",
)
_add(
    "",
    "config/billing.env",
    """
TWILIO_ACCOUNT_SID=<SID>
TWILIO_AUTH_TOKEN=<TOKEN>  «env file»
""",
)

# Terraform -------------------------------------------------------------------------------------
_add(
    "infra",
    "infra/variables.tf",
    """
variable "region" {
  type = string
}

variable "twilio_auth_token" {  «terraform»
  type      = string
  sensitive = true
}

variable "twilio_eu_auth_token" {
  type = string
}
""",
)
_add(
    "infra",
    "infra/main.tf",
    """
resource "aws_ssm_parameter" "twilio_auth_token" {
  name  = "/couriers/twilio/auth-token"
  type  = "SecureString"
  value = var.twilio_auth_token  «terraform»
}

resource "aws_ssm_parameter" "twilio_eu" {
  name  = "/couriers/twilio-eu/auth-token"
  type  = "SecureString"
  value = var.twilio_eu_auth_token
}

module "monitor" {
  source       = "./modules/monitor"
  sms_password = var.twilio_auth_token  «terraform»
}
""",
)
_add(
    "infra",
    "infra/modules/monitor/main.tf",
    """
variable "sms_password" {}  «terraform»

resource "aws_lambda_function" "monitor" {
  function_name = "monitor"
  environment {
    variables = {
      SMS_PASSWORD = var.sms_password  «terraform»
    }
  }
}
""",
)

# CI --------------------------------------------------------------------------------------------
_add(
    ".github/workflows/deploy.yml",
    ".github/workflows/deploy.yml",
    """
name: deploy
on:
  push:
    branches: [main]
jobs:
  terraform:
    runs-on: ubuntu-latest
    env:
      TF_VAR_region: eu-west-1
      TF_VAR_twilio_auth_token: ${{ secrets.TW_AUTH }}  «ci»
      TF_VAR_twilio_eu_auth_token: ${{ secrets.TW_EU_AUTH }}
    steps:
      - uses: actions/checkout@v4
      - run: terraform -chdir=infra apply -auto-approve
  smoke:
    runs-on: ubuntu-latest
    steps:
      - name: Try it
        run: |
          curl -u "$SID:$TWILIO_TOKEN" https://api.twilio.com/2010-04-01/Accounts.json  «ci»
        env:
          SID: ${{ vars.TWILIO_SID }}
          TWILIO_TOKEN: ${{ secrets.TW_AUTH }}  «ci»
""",
)
_add(
    ".gitlab-ci.yml",
    ".gitlab-ci.yml",
    """
stages: [deploy]
# TWILIO_AUTH_TOKEN is a masked variable of the project
deploy:
  stage: deploy
  script:
    - kubectl create secret generic twilio --from-literal=auth-token="$TWILIO_AUTH_TOKEN"  «ci»
    - kubectl create secret generic twilio-eu --from-literal=auth-token="$TWILIO_EU_AUTH_TOKEN"
    - kubectl apply -f k8s/
""",
)
_add(
    "Jenkinsfile",
    "Jenkinsfile",
    """
pipeline {
  agent any
  environment {
    TWILIO_AUTH_TOKEN = credentials('twilio-main-token')  «ci»
    STRIPE_SECRET_KEY = credentials('stripe-key')
  }
  stages {
    stage('Deploy') {
      steps {
        sh 'helm upgrade worker charts/worker --set twilio.authToken=$TWILIO_AUTH_TOKEN'  «ci»
      }
    }
  }
}
""",
)
_add(
    ".circleci/config.yml",
    ".circleci/config.yml",
    """
version: 2.1
jobs:
  reminders:
    docker:
      - image: cimg/ruby:3.3
    environment:
      RAILS_ENV: production
    steps:
      - checkout
      - run:
          name: Configure
          command: heroku config:set TWILIO_AUTH_TOKEN=$TWILIO_AUTH_TOKEN --app reminders  «ci»
""",
)
_add(
    "azure-pipelines.yml",
    "azure-pipelines.yml",
    """
trigger: [main]
variables:
  - group: couriers
  - name: dotnet
    value: "8"
steps:
  - script: dotnet publish services/dispatch
    env:
      Twilio__AuthToken: $(TwilioMainToken)  «ci»
      Stripe__Key: $(StripeKey)
""",
)
_add(
    "bitbucket-pipelines.yml",
    "bitbucket-pipelines.yml",
    """
pipelines:
  default:
    - step:
        name: Portal
        script:
          - pipe: atlassian/ssh-run:0.8.0
            variables:
              SERVER: portal.example.com
              COMMAND: TWILIO_AUTH_TOKEN=$TWILIO_AUTH_TOKEN php artisan config:cache  «ci»
""",
)

# A daemon with a unit of systemd, in Perl ------------------------------------------------------
_add("tools/beeper", "tools/beeper/cpanfile", "requires 'LWP::UserAgent';\n")
_add(
    "tools/beeper",
    "tools/beeper/beeper.service",
    """
[Unit]
Description=Beeps when couriers are late

[Service]
Environment=LANG=C
EnvironmentFile=/etc/beeper/beeper.env  «systemd»
ExecStart=/usr/bin/perl /opt/beeper/beeper.pl
""",
)
_add("tools/beeper", "tools/beeper/beeper.env", "BEEPER_SECRET=<TOKEN>  «env file»\n")
_add(
    "tools/beeper",
    "tools/beeper/beeper.pl",
    """
use strict;
use LWP::UserAgent;

# BEEPER_SECRET is the Auth Token
my $secret = $ENV{BEEPER_SECRET} or die "BEEPER_SECRET?";  «environment»
my $agent = LWP::UserAgent->new;
$agent->credentials("api.twilio.com:443", "Twilio API", $ENV{SID}, $secret);  «client»
""",
)

# Tests, scripts, documentation -----------------------------------------------------------------
_add(
    "services/api",
    "services/api/tests/test_app.py",
    """
def test_send(monkeypatch):
    monkeypatch.setenv("TWILIO_AUTH_TOKEN", "not-a-token")
""",
)
_add(
    "",
    "docs/rotation.md",
    """
# Rotating

Change TWILIO_AUTH_TOKEN in `.env`, `TW_AUTH` in GitHub and `SMS_TOKEN` in the chart.
""",
)
_add(
    "",
    "scripts/resend.sh",
    """
#!/bin/sh
# resends what failed; needs TWILIO_AUTH_TOKEN
set -eu
. ./.env  «script»
curl -u "$TWILIO_ACCOUNT_SID:$TWILIO_AUTH_TOKEN" -X POST "https://api.twilio.com/resend"  «script»
echo "TWILIO_AUTH_TOKEN was used"
""",
)
_add(
    "",
    "CODEOWNERS",
    """
* @couriers/platform
/services/ @couriers/messaging
/services/billing/ @couriers/finance
/infra/ @couriers/cloud
""",
)
