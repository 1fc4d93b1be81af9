"""A made-up newsroom: eighteen services that send mail, with other habits than the couriers.

The credential is a SendGrid key, <KEY>. <MARKETING> is the key of the marketing team, whose names
are alike; <DB> is something else altogether. It was written after `keystop impact` could find all
of the couriers' lines, to see what it finds in a repository that it was not made with.
"""

from __future__ import annotations

# ruff: noqa: E501 - lines of files are as long as they are

FILES: dict[tuple[str, str], str] = {}


def _add(service: str, path: str, text: str) -> None:
    FILES[service, path] = text.removeprefix("\n")


# Django with django-environ --------------------------------------------------------------------
_add("apps/site", "apps/site/pyproject.toml", '[project]\nname = "site"\n')
_add(
    "apps/site",
    "apps/site/site/settings.py",
    """
import environ

env = environ.Env(DEBUG=(bool, False))

DATABASE_URL = env("DATABASE_URL")
EMAIL_HOST = "smtp.sendgrid.net"
EMAIL_HOST_USER = "apikey"
EMAIL_HOST_PASSWORD = env.str("SENDGRID_API_KEY")  «environment»
NEWSLETTER_KEY = env("SENDGRID_MARKETING_API_KEY", default="")
""",
)
_add(
    "apps/site",
    "apps/site/site/mail.py",
    '''
from django.conf import settings
from sendgrid import SendGridAPIClient


def send(message):
    """Needs SENDGRID_API_KEY, see the settings."""
    client = SendGridAPIClient(settings.EMAIL_HOST_PASSWORD)  «client»
    return client.send(message)


def newsletter(message):
    return SendGridAPIClient(settings.NEWSLETTER_KEY).send(message)
''',
)
_add(
    "apps/site",
    "apps/site/Dockerfile",
    """
FROM python:3.12
ARG SENDGRID_API_KEY  «docker»
ENV SENDGRID_API_KEY=$SENDGRID_API_KEY  «docker»
COPY . /site
# ENV SENDGRID_API_KEY=none
CMD ["gunicorn", "site.wsgi"]
""",
)

# pydantic --------------------------------------------------------------------------------------
_add("apps/feeds", "apps/feeds/setup.py", "from setuptools import setup\n\nsetup(name='feeds')\n")
_add(
    "apps/feeds",
    "apps/feeds/feeds/config.py",
    """
from pydantic import Field
from pydantic_settings import BaseSettings


class Settings(BaseSettings):
    debug: bool = False
    mail_key: str = Field(validation_alias="SENDGRID_API_KEY")  «environment»
    database_url: str


settings = Settings()
""",
)
_add(
    "apps/feeds",
    "apps/feeds/feeds/mailer.py",
    """
import requests

from feeds.config import settings


def send(mail):
    return requests.post(
        "https://api.sendgrid.com/v3/mail/send",
        json=mail,
        headers={"Authorization": f"Bearer {settings.mail_key}"},  «client»
        timeout=10,
    )
""",
)

# NestJS ----------------------------------------------------------------------------------------
_add(
    "apps/editor",
    "apps/editor/package.json",
    '{"name": "editor", "dependencies": {"@nestjs/core": "10"}}\n',
)
_add(
    "apps/editor",
    "apps/editor/src/mail.service.ts",
    """
import { Injectable, Logger } from "@nestjs/common";
import { ConfigService } from "@nestjs/config";
import * as sgMail from "@sendgrid/mail";

@Injectable()
export class MailService {
  private readonly logger = new Logger(MailService.name);

  constructor(private readonly configService: ConfigService) {
    const apiKey = this.configService.get<string>("SENDGRID_API_KEY");  «setting»
    sgMail.setApiKey(apiKey);  «client»
    this.logger.log("SENDGRID_API_KEY was read from the environment");
  }
}
""",
)
_add(
    "apps/editor",
    "apps/editor/.env.production",
    """
PORT=3000
SENDGRID_API_KEY="<KEY>"  «env file»
""",
)
_add("apps/editor", "apps/editor/.env.sample", "PORT=3000\nSENDGRID_API_KEY=SG.xxxxxxxx\n")

# Go with viper and struct tags -----------------------------------------------------------------
_add("apps/alerts", "apps/alerts/go.mod", "module example.com/alerts\n\ngo 1.22\n")
_add(
    "apps/alerts",
    "apps/alerts/config/config.go",
    """
package config

import "github.com/caarlos0/env/v10"

// SENDGRID_API_KEY is required.
type Config struct {
	Port    int    `env:"PORT" envDefault:"8080"`
	MailKey string `env:"SENDGRID_API_KEY,required"`  «environment»
}

func Load() (c Config, err error) {
	err = env.Parse(&c)
	return
}
""",
)
_add(
    "apps/alerts",
    "apps/alerts/main.go",
    """
package main

import (
	"example.com/alerts/config"
	"github.com/sendgrid/sendgrid-go"
)

func main() {
	cfg, err := config.Load()
	if err != nil {
		panic(err)
	}
	client := sendgrid.NewSendClient(cfg.MailKey)  «client»
	serve(client)
}
""",
)
_add("apps/archive", "apps/archive/go.mod", "module example.com/archive\n\ngo 1.22\n")
_add(
    "apps/archive",
    "apps/archive/main.go",
    """
package main

import "github.com/spf13/viper"

func main() {
	viper.AutomaticEnv()
	key := viper.GetString("sendgrid.api_key")  «setting»
	client := sendgrid.NewSendClient(key)  «client»
	run(client, viper.GetString("database.url"))
}
""",
)
_add(
    "apps/archive",
    "apps/archive/config.toml",
    """
[database]
url = "postgres://localhost/archive"

[sendgrid]
api_key = "<KEY>"  «setting»
""",
)

# Kotlin and Scala ------------------------------------------------------------------------------
_add("apps/ads", "apps/ads/build.gradle.kts", 'plugins { kotlin("jvm") version "2.0.0" }\n')
_add(
    "apps/ads",
    "apps/ads/src/main/kotlin/Mail.kt",
    """
import com.sendgrid.SendGrid

object Mail {
    private val apiKey = System.getenv("SENDGRID_API_KEY") ?: error("SENDGRID_API_KEY is missing")  «environment»
    private val client = SendGrid(apiKey)  «client»

    fun send(mail: Mail) = client.api(mail)
}
""",
)
_add("apps/stats", "apps/stats/build.sbt", 'name := "stats"\n')
_add(
    "apps/stats",
    "apps/stats/src/main/resources/application.conf",
    """
database.url = ${DATABASE_URL}
mail {
  sendgrid-key = ${SENDGRID_API_KEY}  «setting»
}
""",
)
_add(
    "apps/stats",
    "apps/stats/src/main/scala/Report.scala",
    """
import com.typesafe.config.ConfigFactory

object Report {
  private val config = ConfigFactory.load()
  // mail.sendgrid-key comes from the environment
  private val sendgridKey = config.getString("mail.sendgrid-key")  «setting»
  private val client = new SendGridClient(sendgridKey)  «client»
}
""",
)

# Rails credentials and an initializer ----------------------------------------------------------
_add("apps/jobs", "apps/jobs/Gemfile", 'source "https://rubygems.org"\ngem "rails"\n')
_add(
    "apps/jobs",
    "apps/jobs/config/environments/production.rb",
    """
Rails.application.configure do
  config.action_mailer.smtp_settings = {
    user_name: "apikey",
    password: ENV["SENDGRID_API_KEY"],  «environment»
    address: "smtp.sendgrid.net"
  }
end
""",
)

# F#, PowerShell --------------------------------------------------------------------------------
_add("apps/payroll", "apps/payroll/Payroll.fsproj", "<Project></Project>\n")
_add(
    "apps/payroll",
    "apps/payroll/Program.fs",
    """
open System

let key = Environment.GetEnvironmentVariable "SENDGRID_API_KEY"  «environment»
let client = SendGridClient(key)  «client»
printfn "started without printing the key"
""",
)
_add("ops/reports", "ops/reports/package.json", '{"name": "reports", "private": true}\n')
_add(
    "ops/reports",
    "ops/reports/Send-Report.ps1",
    """
param([string]$To)
# SENDGRID_API_KEY has to be set
$headers = @{ Authorization = "Bearer $env:SENDGRID_API_KEY" }  «client»
Invoke-RestMethod -Method Post -Uri https://api.sendgrid.com/v3/mail/send -Headers $headers
Write-Host "SENDGRID_API_KEY was used"
""",
)

# Swift, Dart, R, Lua, C++ ----------------------------------------------------------------------
_add("apps/push", "apps/push/Package.swift", "// swift-tools-version:5.9\n")
_add(
    "apps/push",
    "apps/push/Sources/main.swift",
    """
import Foundation

let key = ProcessInfo.processInfo.environment["SENDGRID_API_KEY"] ?? ""  «environment»
let client = SendGridClient(apiKey: key)  «client»
""",
)
_add("apps/mobile", "apps/mobile/pubspec.yaml", "name: mobile\n")
_add(
    "apps/mobile",
    "apps/mobile/bin/server.dart",
    """
import 'dart:io';

void main() {
  final apiKey = Platform.environment['SENDGRID_API_KEY'];  «environment»
  final mailer = Mailer(apiKey!);  «client»
  final client = SendgridClient(apiKey);  «client»
  serve(mailer, client);
}
""",
)
_add("apps/charts", "apps/charts/DESCRIPTION", "Package: charts\nVersion: 1.0\n")
_add(
    "apps/charts",
    "apps/charts/R/mail.R",
    """
key <- Sys.getenv("SENDGRID_API_KEY")  «environment»
send <- function(mail) {
  httr::POST(url, httr::add_headers(Authorization = paste("Bearer", key)), body = mail)  «client»
}
""",
)
_add("apps/edge", "apps/edge/edge-1.0.rockspec", 'package = "edge"\n')
_add(
    "apps/edge",
    "apps/edge/mail.lua",
    """
-- SENDGRID_API_KEY comes from nginx
local api_key = os.getenv("SENDGRID_API_KEY")  «environment»
local headers = { ["Authorization"] = "Bearer " .. api_key }  «client»
""",
)
_add("apps/press", "apps/press/CMakeLists.txt", "project(press)\n")
_add(
    "apps/press",
    "apps/press/main.cpp",
    """
#include <cstdlib>

int main() {
    const char* sendgrid_key = std::getenv("SENDGRID_API_KEY");  «environment»
    if (!sendgrid_key) { fail("SENDGRID_API_KEY is not set"); }
    curl_easy_setopt(curl, CURLOPT_PASSWORD, sendgrid_key);  «client»
}
""",
)

# A store: boto3, and the Secret that an operator makes ------------------------------------------
_add("apps/paywall", "apps/paywall/requirements.txt", "boto3\n")
_add(
    "apps/paywall",
    "apps/paywall/mail.py",
    """
import json

import boto3
from sendgrid import SendGridAPIClient

secrets = boto3.client("secretsmanager")
api_key = secrets.get_secret_value(SecretId="newsroom/sendgrid")["SecretString"]  «store»
client = SendGridAPIClient(api_key)  «client»
""",
)
_add(
    "",
    "deploy/external-secret.yaml",
    """
apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata:
  name: mail
spec:
  secretStoreRef:
    name: aws
  target:
    name: mail-credentials
  data:
    - secretKey: sendgrid  «kubernetes»
      remoteRef:
        key: newsroom/sendgrid
    - secretKey: marketing
      remoteRef:
        key: newsroom/sendgrid-marketing
""",
)
_add(
    "apps/alerts",
    "deploy/alerts.yaml",
    """
apiVersion: apps/v1
kind: StatefulSet
metadata:
  name: alerts
spec:
  template:
    spec:
      containers:
        - name: alerts
          image: ghcr.io/newsroom/alerts@sha256:<DIGEST>
          env:
            - name: SENDGRID_API_KEY  «kubernetes»
              valueFrom:
                secretKeyRef:
                  key: sendgrid
                  name: mail-credentials
            - name: PORT
              value: "80"
""",
)
_add(
    "marketing (kubernetes)",
    "deploy/marketing.yaml",
    """
apiVersion: apps/v1
kind: Deployment
metadata:
  name: marketing
spec:
  template:
    spec:
      containers:
        - name: mautic
          image: docker.io/mautic/mautic:5
          env:
            - name: SENDGRID_API_KEY
              valueFrom:
                secretKeyRef:
                  name: mail-credentials
                  key: marketing
""",
)

# kustomize -------------------------------------------------------------------------------------
_add(
    "",
    "deploy/staging/kustomization.yaml",
    """
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
secretGenerator:
  - name: mail-staging
    envs:
      - mail.env  «kubernetes»
resources:
  - digest.yaml
""",
)
_add(
    "",
    "deploy/staging/mail.env",
    "SENDGRID_API_KEY=<KEY>  «env file»\nMAIL_FROM=news@example.com\n",
)
_add(
    "digest (kubernetes)",
    "deploy/staging/digest.yaml",
    """
apiVersion: apps/v1
kind: DaemonSet
metadata:
  name: digest
spec:
  template:
    spec:
      containers:
        - name: digest
          image: example/digest-runner:2
          envFrom:
            - secretRef: {name: mail-staging}  «kubernetes»
""",
)

# Terraform: the store --------------------------------------------------------------------------
_add(
    "terraform",
    "terraform/mail.tf",
    """
variable "sendgrid_key" {  «terraform»
  sensitive = true
}

resource "aws_secretsmanager_secret" "sendgrid" {
  name = "newsroom/sendgrid"
}

resource "aws_secretsmanager_secret_version" "sendgrid" {
  secret_id     = aws_secretsmanager_secret.sendgrid.id
  secret_string = var.sendgrid_key  «terraform»
}

resource "aws_secretsmanager_secret" "marketing" {
  name = "newsroom/sendgrid-marketing"
}

resource "aws_secretsmanager_secret_version" "marketing" {
  secret_id     = aws_secretsmanager_secret.marketing.id
  secret_string = var.sendgrid_marketing_key
}
""",
)
_add(
    "terraform",
    "terraform/production.tfvars",
    """
sendgrid_key           = "<KEY>"  «terraform»
sendgrid_marketing_key = "<MARKETING>"
""",
)

# SAM and ECS -----------------------------------------------------------------------------------
_add(
    "functions/digest",
    "functions/digest/template.yaml",
    """
AWSTemplateFormatVersion: "2010-09-09"
Transform: AWS::Serverless-2016-10-31
Parameters:
  Stage:
    Type: String
Resources:
  Digest:
    Type: AWS::Serverless::Function
    Properties:
      Handler: app.handler
      Environment:
        Variables:
          STAGE: !Ref Stage
          MAIL_KEY: "{{resolve:secretsmanager:newsroom/sendgrid}}"  «cloudformation»
""",
)
_add(
    "functions/digest",
    "functions/digest/app.py",
    """
import os

from sendgrid import SendGridAPIClient


def handler(event, context):
    return SendGridAPIClient(os.environ["MAIL_KEY"]).send(event)  «environment»
""",
)
_add("apps/legacy", "apps/legacy/Dockerfile", "FROM php:8\nCOPY . /srv\n")
_add(
    "apps/legacy",
    "apps/legacy/task-definition.json",
    """
{
  "family": "legacy",
  "containerDefinitions": [
    {
      "name": "legacy",
      "secrets": [
        {"name": "DB_PASSWORD", "valueFrom": "arn:aws:secretsmanager:eu-west-1:123456789012:secret:newsroom/db-AbCdEf"},
        {"name": "MAILER_PASSWORD", "valueFrom": "arn:aws:secretsmanager:eu-west-1:123456789012:secret:newsroom/sendgrid-GhIjKl"}  «setting»
      ]
    }
  ]
}
""",
)
_add(
    "apps/legacy",
    "apps/legacy/mail.php",
    """
<?php
// MAILER_PASSWORD is injected by ECS
$password = getenv('MAILER_PASSWORD');  «environment»
$mail = new SendGrid($password);  «client»
$db = getenv('DB_PASSWORD');
""",
)

# CI --------------------------------------------------------------------------------------------
_add(
    ".github/workflows/release.yml",
    ".github/workflows/release.yml",
    """
name: release
on:
  push:
    tags: ["v*"]
jobs:
  image:
    uses: ./.github/workflows/image.yml
    with:
      folder: apps/site
    secrets:
      mail-key: ${{ secrets.PROD_SENDGRID }}  «ci»
      registry-password: ${{ secrets.REGISTRY_PASSWORD }}
""",
)
_add(
    ".github/workflows/image.yml",
    ".github/workflows/image.yml",
    """
name: image
on:
  workflow_call:
    inputs:
      folder:
        type: string
    secrets:
      mail-key:  «ci»
        required: true
      registry-password:
        required: true
jobs:
  build:
    runs-on: ubuntu-latest
    steps:
      - uses: docker/build-push-action@v6
        with:
          context: ${{ inputs.folder }}
          build-args: |
            SENDGRID_API_KEY=${{ secrets.mail-key }}  «ci»
          push: true
""",
)
_add(
    ".gitlab-ci.yml",
    ".gitlab-ci.yml",
    """
include:
  - template: Security/SAST.gitlab-ci.yml
variables:
  TF_VAR_sendgrid_key: $NEWSROOM_MAIL_KEY  «ci»
  TF_VAR_sendgrid_marketing_key: $MARKETING_MAIL_KEY
terraform:
  script:
    - terraform apply
""",
)
_add(
    "Jenkinsfile",
    "Jenkinsfile",
    """
node {
  stage('Report') {
    withCredentials([string(credentialsId: 'sendgrid-prod', variable: 'SENDGRID_API_KEY')]) {  «ci»
      sh './ops/reports/send.sh'
    }
    withCredentials([string(credentialsId: 'sendgrid-marketing', variable: 'MARKETING_KEY')]) {
      sh 'echo nothing'
    }
  }
}
""",
)

# make and shell --------------------------------------------------------------------------------
_add(
    "",
    "Makefile",
    """
# needs SENDGRID_API_KEY
site:
	docker build --build-arg SENDGRID_API_KEY=$(SENDGRID_API_KEY) apps/site  «script»

clean:
	rm -rf build
""",
)
_add(
    "",
    "scripts/put-secret.sh",
    """
#!/bin/bash
set -eu
aws secretsmanager put-secret-value --secret-id newsroom/sendgrid --secret-string "$SENDGRID_API_KEY"  «script»
aws secretsmanager put-secret-value --secret-id newsroom/db --secret-string "$DB_PASSWORD"
""",
)
_add("", "docs/mail.adoc", "= Mail\n\nSENDGRID_API_KEY is in newsroom/sendgrid.\n")
_add(
    "",
    ".github/CODEOWNERS",
    """
*                @newsroom/core
/apps/           @newsroom/apps
/apps/site/      @newsroom/web @newsroom/core
*.tf             @newsroom/cloud
""",
)
