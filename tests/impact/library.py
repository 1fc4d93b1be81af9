"""A made-up library: twelve services that post to a chat, as ordinary projects are written.

The credential is a bot's token of Slack, <BOT>. <DEV> is that of the bot that developers try things
with. It was written last, to see what `keystop impact` finds when it was done.
"""

from __future__ import annotations

# ruff: noqa: E501 - lines of files are as long as they are

FILES: dict[tuple[str, str], str] = {}


def _add(service: str, path: str, text: str) -> None:
    FILES[service, path] = text.removeprefix("\n")


# A shared package, used by two services of Python ---------------------------------------------
_add("libs/common", "libs/common/pyproject.toml", '[project]\nname = "common"\n')
_add(
    "libs/common",
    "libs/common/common/settings.py",
    """
from functools import lru_cache

from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_file=".env", extra="ignore")

    database_url: str = "sqlite://"
    slack_bot_token: str  «constant»
    slack_channel: str = "#general"


@lru_cache
def get_settings() -> Settings:
    return Settings()
""",
)
_add("services/loans", "services/loans/pyproject.toml", '[project]\nname = "loans"\n')
_add("services/loans", "services/loans/Dockerfile", "FROM python:3.12\nCOPY . .\n")
_add(
    "services/loans",
    "services/loans/loans/notify.py",
    '''
from common.settings import get_settings
from slack_sdk import WebClient

settings = get_settings()
# slack_bot_token comes from the environment
client = WebClient(token=settings.slack_bot_token)  «client»


def overdue(reader: str) -> None:
    """Posts to Slack; see SLACK_BOT_TOKEN."""
    client.chat_postMessage(channel=settings.slack_channel, text=f"{reader} is late")
''',
)
_add("services/search", "services/search/pyproject.toml", '[project]\nname = "search"\n')
_add(
    "services/search",
    "services/search/search/main.py",
    """
import logging
import os

log = logging.getLogger(__name__)
token = os.getenv("SLACK_BOT_TOKEN")  «environment»
if token is None:
    log.warning("SLACK_BOT_TOKEN is not set, nothing will be posted")


def post(text: str) -> None:
    headers = {"Authorization": f"Bearer {token}"}  «client»
    requests.post("https://slack.com/api/chat.postMessage", headers=headers, json={"text": text})
""",
)
_add(
    "services/search",
    "services/search/tests/test_main.py",
    """
import os

os.environ["SLACK_BOT_TOKEN"] = "xoxb-test"
""",
)

# TypeScript: Bolt, and a front end that has nothing of it ---------------------------------------
_add(
    "services/bot",
    "services/bot/package.json",
    '{"name": "bot", "dependencies": {"@slack/bolt": "4"}}\n',
)
_add(
    "services/bot",
    "services/bot/src/app.ts",
    """
import { App } from "@slack/bolt";

const app = new App({
  token: process.env.SLACK_BOT_TOKEN,  «environment»
  signingSecret: process.env.SLACK_SIGNING_SECRET,
});

app.command("/renew", async ({ ack }) => ack());
""",
)
_add("services/frontend", "services/frontend/package.json", '{"name": "frontend"}\n')
_add(
    "services/frontend",
    "services/frontend/src/api.ts",
    """
// the server needs SLACK_BOT_TOKEN, we do not
export const api = (token: string) => fetch("/api", { headers: { Authorization: token } });
""",
)

# Go -------------------------------------------------------------------------------------------
_add("services/scanner", "services/scanner/go.mod", "module library/scanner\n")
_add(
    "services/scanner",
    "services/scanner/internal/config/config.go",
    """
package config

import "os"

type Config struct {
	Addr       string
	SlackToken string
}

func FromEnv() Config {
	return Config{
		Addr:       getenv("ADDR", ":8080"),
		SlackToken: os.Getenv("SLACK_BOT_TOKEN"),  «environment»
	}
}
""",
)
_add(
    "services/scanner",
    "services/scanner/cmd/main.go",
    """
package main

import (
	"github.com/slack-go/slack"
	"library/scanner/internal/config"
)

func main() {
	cfg := config.FromEnv()
	api := slack.New(cfg.SlackToken)  «client»
	run(api, cfg.Addr)
}
""",
)

# Spring, with a record of properties ------------------------------------------------------------
_add("services/fees", "services/fees/pom.xml", "<project/>\n")
_add(
    "services/fees",
    "services/fees/src/main/resources/application.yaml",
    """
spring:
  application:
    name: fees
slack:
  bot-token: ${SLACK_BOT_TOKEN:}  «setting»
  channel: fees
""",
)
_add(
    "services/fees",
    "services/fees/src/main/java/library/fees/SlackProperties.java",
    """
package library.fees;

import org.springframework.boot.context.properties.ConfigurationProperties;

@ConfigurationProperties(prefix = "slack")
public record SlackProperties(String botToken, String channel) {}
""",
)
_add(
    "services/fees",
    "services/fees/src/main/java/library/fees/Poster.java",
    """
package library.fees;

public class Poster {
    private final MethodsClient methods;

    public Poster(SlackProperties slack) {
        this.methods = Slack.getInstance().methods(slack.botToken());  «client»
    }
}
""",
)

# compose ---------------------------------------------------------------------------------------
_add(
    "",
    "deploy/docker-compose.yaml",
    """
name: library
services:
  loans:
    build: ../services/loans
    env_file:
      - path: ./common.env  «compose @services/loans»
        required: true
  search:
    build:
      context: ../services/search
    environment:
      SLACK_BOT_TOKEN: ${LIBRARY_BOT}  «compose @services/search»
      SLACK_CHANNEL: "#search"
  grafana:
    image: grafana/grafana:11
    environment:
      GF_SLACK_TOKEN: "${LIBRARY_BOT}"  «compose @grafana (compose)»
      GF_LOG_LEVEL: warn
  playground:
    image: example/playground
    environment:
      SLACK_BOT_TOKEN: ${LIBRARY_BOT_DEV}
""",
)
_add("", "deploy/common.env", "SLACK_CHANNEL=#loans\nSLACK_BOT_TOKEN=<BOT>  «env file»\n")
_add("", "deploy/.env", "LIBRARY_BOT=<BOT>  «env file»\nLIBRARY_BOT_DEV=<DEV>\n")

# Helm with a Secret that exists already ---------------------------------------------------------
_add("services/bot", "helm/bot/Chart.yaml", "apiVersion: v2\nname: bot\nversion: 0.1.0\n")
_add(
    "services/bot",
    "helm/bot/values.yaml",
    """
replicaCount: 1
slack:
  existingSecret: library-slack
  tokenKey: bot-token
""",
)
_add(
    "services/bot",
    "helm/bot/templates/deployment.yaml",
    """
apiVersion: apps/v1
kind: Deployment
metadata:
  name: bot
spec:
  replicas: {{ .Values.replicaCount }}
  template:
    spec:
      containers:
        - name: bot
          image: library/bot
          env:
            - name: SLACK_BOT_TOKEN  «helm»
              valueFrom:
                secretKeyRef:
                  name: {{ .Values.slack.existingSecret }}
                  key: {{ .Values.slack.tokenKey }}
""",
)

# Terraform: ECS -------------------------------------------------------------------------------
_add(
    "terraform",
    "terraform/main.tf",
    """
variable "slack_bot_token" {  «terraform»
  type = string
}

resource "aws_secretsmanager_secret" "slack" {
  name = "library/slack"
}

resource "aws_secretsmanager_secret_version" "slack" {
  secret_id = aws_secretsmanager_secret.slack.id
  secret_string = jsonencode({
    bot_token      = var.slack_bot_token  «terraform»
    signing_secret = var.slack_signing_secret
  })
}

resource "aws_ecs_task_definition" "scanner" {
  family = "scanner"
  container_definitions = jsonencode([{
    name  = "scanner"
    image = "library/scanner:latest"
    secrets = [
      { name = "SLACK_BOT_TOKEN", valueFrom = "${aws_secretsmanager_secret.slack.arn}:bot_token::" },  «terraform @services/scanner»
    ]
  }])
}
""",
)

# Pipelines ------------------------------------------------------------------------------------
_add(
    ".github/workflows/release.yaml",
    ".github/workflows/release.yaml",
    """
name: release
on: { push: { tags: ["v*"] } }
env:
  REGION: eu-central-1
jobs:
  infra:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - run: terraform apply -auto-approve -var "slack_bot_token=${{ secrets.SLACK_BOT_TOKEN }}"  «ci»
        working-directory: terraform
      - name: Tell
        uses: slackapi/slack-github-action@v2
        with:
          method: chat.postMessage
          token: ${{ secrets.SLACK_BOT_TOKEN }}  «ci»
          payload: |
            text: "released"
  secret:
    runs-on: ubuntu-latest
    env:
      TOKEN: ${{ secrets.SLACK_BOT_TOKEN }}  «ci»
    steps:
      - run: |
          kubectl delete secret library-slack --ignore-not-found
          kubectl create secret generic library-slack --from-literal=bot-token="$TOKEN"  «ci»
""",
)
_add(
    "azure-pipelines.yml",
    "azure-pipelines.yml",
    """
steps:
  - task: Maven@4
    inputs:
      goals: verify
    env:
      SLACK_BOT_TOKEN: $(SlackBotToken)  «ci»
""",
)

# What only speaks of it -------------------------------------------------------------------------
_add("", "README.md", "# Library\n\nGet a SLACK_BOT_TOKEN from the console.\n")
_add("", "deploy/common.env.example", "SLACK_BOT_TOKEN=xoxb-your-token\n")
_add(
    "",
    "scripts/check-env.sh",
    """
#!/bin/sh
for name in SLACK_BOT_TOKEN DATABASE_URL; do
  eval "test -n \\"\\$$name\\"" || echo "$name is missing"
done
""",
)
