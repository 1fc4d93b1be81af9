"""What vendors answer, in their own form: kinds, and for each meaning the answers that have it."""

from __future__ import annotations

# kinds: {meaning: [(status, body)]}; a body that is text is sent as it is, all else as JSON.
# {value} in a body stands for the value that was asked about.
Answers = dict[str, list[tuple[int, object]]]


def _error(code: str, kind: str = "invalid_request_error") -> dict[str, object]:
    return {"error": {"message": "Something.", "type": kind, "param": None, "code": code}}


ANSWERS: dict[str, Answers] = {
    "twilio.auth-token twilio.api-key-secret": {
        "live": [(200, {"services": [{"friendly_name": "Shop"}], "meta": {"page_size": 1}})],
        "dead": [(401, {"code": 20003, "message": "Authenticate", "status": 401})],
        "limited": [
            (401, {"code": 70051, "message": "Authorization Failed", "status": 401}),
            (403, {"code": 70051, "message": "Authorization Failed", "status": 403}),
            (403, {"code": 20403, "message": "Forbidden", "status": 403}),
            (403, {"code": 20008, "message": "Test credentials", "status": 403}),
        ],
        "unknown": [(401, {"code": 20001, "status": 401}), (404, {"code": 20404, "status": 404})],
    },
    "sendgrid.api-key": {
        "live": [(200, {"scopes": ["mail.send"]})],
        "dead": [(401, {"errors": [{"field": None, "message": "authorization required"}]})],
        "limited": [(403, {"errors": [{"field": None, "message": "access forbidden"}]})],
    },
    "aws.secret-access-key": {
        "live": [
            (200, {"GetCallerIdentityResponse": {"GetCallerIdentityResult": {"Account": "1"}}})
        ],
        "dead": [(403, {"Error": {"Code": "InvalidClientTokenId", "Type": "Sender"}})],
        "limited": [(403, {"Error": {"Code": "AccessDenied", "Type": "Sender"}})],
        "unknown": [
            (403, {"Error": {"Code": "SignatureDoesNotMatch", "Type": "Sender"}}),
            (403, {"Error": {"Code": "RequestExpired", "Type": "Sender"}}),
            (200, "<GetCallerIdentityResponse/>"),
        ],
    },
    "google.service-account-key": {
        "live": [(200, {"{value}": "-----BEGIN CERTIFICATE-----"})],
        "dead": [
            (200, {"another": "-----BEGIN CERTIFICATE-----"}),
            (404, {"error": {"code": 404, "status": "NOT_FOUND"}}),
        ],
        "unknown": [(200, ["{value}"])],
    },
    "github.personal-access-token github.fine-grained-token github.oauth-token"
    " github.app-user-token github.app-installation-token github.token-legacy": {
        "live": [(200, {"resources": {"core": {"limit": 5000}}, "rate": {"limit": 5000}})],
        "dead": [(401, {"message": "Bad credentials", "status": "401"})],
        "limited": [(403, {"message": "Resource protected by organization SAML enforcement."})],
    },
    "gitlab.personal-access-token gitlab.personal-access-token-routable": {
        "live": [(200, {"id": 4, "name": "ci", "revoked": False, "active": True, "scopes": []})],
        "dead": [
            (200, {"id": 4, "name": "ci", "revoked": True, "active": False, "scopes": []}),
            (401, {
                "error": "invalid_token",
                "error_description":
                "Token was revoked. You have to re-authorize from the user.",
            }),
            (401, {
                "error": "invalid_token",
                "error_description":
                "Token is expired. You can either do re-authorization or token refresh.",
            }),
        ],
        "limited": [(403, {"error": "insufficient_scope"})],
        "unknown": [(401, {"message": "401 Unauthorized"})],
    },
    "npm.access-token": {
        "live": [(200, {"username": "ann"})],
        "dead": [(401, {})],
        "limited": [(403, {"message": "Forbidden"})],
    },
    "slack.bot-token slack.legacy-bot-token slack.user-token slack.workspace-token"
    " slack.legacy-token slack.expiring-token slack.app-token": {
        "live": [(200, {"ok": True, "url": "https://acme.slack.com/", "team": "Acme"})],
        "dead": [
            (200, {"ok": False, "error": code})
            for code in ("token_revoked", "token_expired", "account_inactive", "invalid_auth")
        ],
        "limited": [
            (200, {"ok": False, "error": code})
            for code in ("org_login_required", "ekm_access_denied")
        ],
        "unknown": [(200, {"ok": False, "error": "internal_error"}), (200, {"ok": False})],
    },
    "slack.webhook-url": {
        "live": [(400, "invalid_payload")],
        "dead": [(400, "invalid_token"), (403, "invalid_token"), (404, "no_service"),
                 (404, "no_team")],
        "limited": [(404, "channel_not_found"), (410, "channel_is_archived"),
                    (403, "action_prohibited")],
        "unknown": [(200, "ok"), (400, "user_not_found"), (404, "a page about invalid_payload")],
    },
    "stripe.secret-key stripe.restricted-key stripe.test-key": {
        "live": [(404, _error("resource_missing"))],
        "dead": [(401, _error("api_key_expired")),
                 (401, {"error": {"message": "Invalid.", "type": "invalid_request_error"}})],
        "limited": [(403, {"error": {"message": "No.", "type": "invalid_request_error"}})],
        "unknown": [(404, {"error": {"message": "No such address."}}), (200, {"id": "x"})],
    },
    "square.access-token square.legacy-access-token": {
        "live": [(200, {"scopes": ["ITEMS_READ"], "client_id": "a", "merchant_id": "b"})],
        "dead": [(401, {"errors": [{"category": "AUTHENTICATION_ERROR", "code": "UNAUTHORIZED"}]})],
        "limited": [(403, {"errors": [{"code": "FORBIDDEN"}]})],
    },
    "shopify.access-token shopify.custom-app-token shopify.private-app-password": {
        "live": [(200, {"access_scopes": [{"handle": "read_products"}]})],
        "dead": [(401, {"errors": "[API] Invalid API key or access token"})],
        "limited": [(403, {"errors": "[API] This action requires approval"})],
        "unknown": [(402, {"errors": "Unavailable Shop"}), (404, {"errors": "Not Found"})],
    },
    "openai.api-key openai.project-key openai.service-account-key": {
        "live": [(200, {"object": "list", "data": [{"id": "gpt", "object": "model"}]})],
        "dead": [(401, _error("invalid_api_key"))],
        "limited": [(401, _error("ip_not_authorized")), (403, _error("missing_scope"))],
        "unknown": [(401, {"error": {"message": "Missing scopes.", "code": None}})],
    },
    "anthropic.api-key": {
        "live": [(200, {"data": [{"type": "model", "id": "m"}], "has_more": True})],
        "dead": [(401, {"type": "error", "error": {"type": "authentication_error"}})],
        "limited": [(403, {"type": "error", "error": {"type": "permission_error"}})],
    },
    "openai.admin-key": {
        "live": [(200, {"object": "list", "data": [{"id": "proj_a", "name": "Shop"}]})],
        "dead": [(401, _error("invalid_api_key"))],
        "limited": [(401, _error("ip_not_authorized")), (403, _error("missing_scope"))],
        "unknown": [(401, {"error": {"message": "Missing scopes.", "code": None}})],
    },
    "anthropic.admin-key": {
        "live": [(200, {"id": "a", "name": "Acme", "type": "organization"})],
        "dead": [(401, {"type": "error", "error": {"type": "authentication_error"}})],
        "limited": [(403, {"type": "error", "error": {"type": "permission_error"}})],
        "unknown": [(200, {"type": "error"})],
    },
    "huggingface.access-token huggingface.organization-token": {
        "live": [(200, [{"id": "acme/model", "private": False}])],
        "dead": [(401, {"error": "Invalid credentials in Authorization header"})],
        "limited": [(403, {"error": "Forbidden"})],
    },
    "groq.api-key": {
        "live": [(200, {"object": "list", "data": []})],
        "dead": [(401, _error("invalid_api_key"))],
        "limited": [(403, _error("forbidden"))],
    },
    "cloudflare.api-token": {
        "live": [(200, {"success": True, "result": {"id": "a", "status": "active"}})],
        "dead": [
            (200, {"success": True, "result": {"id": "a", "status": "disabled"}}),
            (200, {"success": True, "result": {"id": "a", "status": "expired"}}),
            (401, {"success": False, "errors": [{"code": 1000, "message": "Invalid API Token"}]}),
        ],
        "limited": [(403, {"success": False, "errors": [{"code": 9109}]})],
        "unknown": [(400, {"success": False, "errors": [{"code": 6003}]}),
                    (401, {"success": False, "errors": []})],
    },
    "cloudflare.api-token-legacy": {
        "live": [(200, {"success": True, "result": {"id": "a", "status": "active"}})],
        "dead": [(200, {"success": True, "result": {"id": "a", "status": "expired"}})],
        "limited": [(403, {"success": False, "errors": [{"code": 9109}]})],
        "unknown": [(401, {"success": False, "errors": [{"code": 1000}]})],
    },
    "digitalocean.personal-access-token digitalocean.oauth-token": {
        "live": [(200, {"regions": [{"slug": "nyc1"}], "meta": {"total": 14}})],
        "dead": [(401, {"id": "Unauthorized", "message": "Unable to authenticate you"})],
        "limited": [(403, {"id": "Forbidden", "message": "You are not authorized"})],
    },
    "heroku.api-token heroku.api-key-legacy": {
        "live": [(200, {"remaining": 4499})],
        "dead": [(401, {"id": "unauthorized", "message": "Invalid credentials provided."})],
        "limited": [(403, {"id": "forbidden", "message": "You do not have access."})],
    },
    "vercel.access-token vercel.access-token-legacy": {
        "live": [(200, {"token": {"id": "a", "name": "ci", "type": "token"}})],
        "dead": [(403, {"error": {"code": "forbidden", "invalidToken": True}})],
        "limited": [(403, {"error": {"code": "forbidden", "message": "Not authorized"}})],
    },
    "netlify.personal-access-token netlify.personal-access-token-legacy": {
        "live": [(200, [{"id": "a", "name": "site"}]), (200, [])],
        "dead": [(401, {"code": 401, "message": "Access Denied: Invalid token"})],
        "limited": [(403, {"code": 403, "message": "Forbidden"})],
    },
    "supabase.personal-access-token": {
        "live": [(200, [{"id": "a", "name": "Acme"}])],
        "dead": [(401, {"message": "Unauthorized"})],
        "limited": [(403, {"message": "Forbidden resource"})],
    },
    "datadog.api-key": {
        "live": [(200, {"valid": True})],
        "dead": [(403, {"errors": ["Forbidden"]}), (401, {"errors": ["Unauthorized"]})],
        "unknown": [(200, {"valid": False})],
    },
    "newrelic.user-key": {
        "live": [(200, {"data": {"actor": {"user": {"id": 1}}}})],
        "dead": [(401, {"errors": [{"message": "Unauthorized"}]})],
        "limited": [(403, {"errors": [{"message": "Forbidden"}]})],
        "unknown": [(200, {"errors": [{"message": "Timed out"}], "data": None})],
    },
    "pagerduty.api-key": {
        "live": [(200, {"abilities": ["teams"]})],
        "dead": [(401, {"error": {"message": "Unauthorized", "code": 2006}})],
        "limited": [(403, {"error": {"message": "Access Denied", "code": 2010}})],
    },
    "sentry.user-token sentry.auth-token sentry.organization-token sentry.integration-token": {
        "live": [(200, [{"slug": "acme"}])],
        "dead": [(401, {"detail": "Invalid token"})],
        "limited": [(403, {"detail": "You do not have permission to perform this action."})],
    },
    "okta.api-token": {
        "live": [(200, {"id": "00u1", "status": "ACTIVE"})],
        "dead": [(401, {"errorCode": "E0000011", "errorSummary": "Invalid token provided"})],
        "limited": [(403, {"errorCode": "E0000006", "errorSummary": "You do not have permission"})],
        "unknown": [(401, {"errorCode": "E0000004", "errorSummary": "Authentication failed"})],
    },
    "terraform-cloud.api-token": {
        "live": [(200, {"data": {"id": "user-a", "type": "users"}})],
        "dead": [(401, {"errors": [{"status": "401", "title": "unauthorized"}]})],
        "unknown": [(404, {"errors": [{"status": "404", "title": "not found"}]})],
    },
    "mailgun.api-key mailgun.private-key": {
        "live": [(200, {"items": [], "total_count": 0})],
        "dead": [(401, {"message": "Invalid private key"}), (401, "Forbidden")],
        "limited": [(403, {"message": "Forbidden"})],
    },
    "mailchimp.api-key": {
        "live": [(200, {"health_status": "Everything's Chimpy!"})],
        "dead": [(401, {"title": "API Key Invalid", "status": 401})],
        "limited": [(403, {"title": "User Disabled", "status": 403})],
        "unknown": [(401, {"title": "API Key Missing", "status": 401})],
    },
    "databricks.personal-access-token": {
        "live": [(200, {"versions": [{"key": "16.4.x-scala2.12", "name": "16.4 LTS"}]})],
        "dead": [(403, {"error_code": 403, "message": "Invalid access token."})],
        "unknown": [
            (403, {"error_code": "PERMISSION_DENIED", "message": "Blocked by an IP access list."}),
            (401, {"error_code": 401, "message": "Credential was not sent."}),
            (200, {}),
        ],
    },
    "azure.devops-token azure.devops-token-legacy": {
        "live": [(200, {"count": 1, "value": [{"name": "app", "lastUpdateTime": "2026-01-01"}]})],
        "dead": [
            (401, {
                "$id": "1",
                "message": "Access Denied: The Personal Access Token used has expired.",
                "typeKey": "AccessCheckException",
            }),
        ],
        "unknown": [
            (401, {"message": "TF400813: The user '' is not authorized to access this resource."}),
            (200, {"count": 0, "value": []}),
            (203, "<html><title>Azure DevOps Services | Sign In</title></html>"),
            (404, {"message": "TF200016: The following project does not exist."}),
        ],
    },
    "atlassian.api-token": {
        "live": [(200, {"accountId": "5b10", "emailAddress": "me@acme.example"})],
        "unknown": [
            (401, "Client must be authenticated to access this resource."),
            (401, {"message": "Client must be authenticated to access this resource."}),
            (200, {"errorMessages": []}),
            (403, {"message": "Forbidden"}),
        ],
    },
    "atlassian.access-token": {
        "live": [(200, {"data": [{"id": "a", "type": "orgs"}], "links": {}})],
        "unknown": [(401, {"code": 401, "message": "Unauthorized"}), (200, {"errors": []})],
    },
    "telegram.bot-token": {
        "live": [(200, {"ok": True, "result": {"id": 1, "is_bot": True}})],
        "dead": [(401, {"ok": False, "error_code": 401, "description": "Unauthorized"})],
        "unknown": [(404, {"ok": False, "error_code": 404, "description": "Not Found"})],
    },
    "discord.bot-token": {
        "live": [(200, {"url": "wss://gateway.discord.gg", "shards": 1})],
        "dead": [(401, {"message": "401: Unauthorized", "code": 0})],
        "unknown": [(403, {"message": "internal network error", "code": 40333})],
    },
    "circleci.personal-token": {
        "live": [(200, {"id": "a", "login": "ann", "name": "Ann"})],
        "dead": [(401, {"message": "You must log in first."})],
        "limited": [(403, {"message": "Permission denied"})],
    },
    "postman.api-key": {
        "live": [(200, {"user": {"id": 1, "username": "ann"}})],
        "dead": [(401, {"error": {"name": "AuthenticationError", "message": "Invalid API Key."}})],
        "limited": [(403, {"error": {"name": "forbidden", "message": "No."}})],
    },
    "notion.integration-token notion.legacy-token": {
        "live": [(200, {"object": "user", "id": "a", "type": "bot"})],
        "dead": [(401, {"object": "error", "status": 401, "code": "unauthorized"})],
        "limited": [(403, {"object": "error", "status": 403, "code": "restricted_resource"})],
    },
    "asana.personal-token": {
        "live": [(200, {"data": {"gid": "12"}})],
        "dead": [(401, {"errors": [{"message": "Not Authorized"}]})],
        "limited": [(403, {"errors": [{"message": "Forbidden"}]})],
    },
    "airtable.personal-token": {
        "live": [(200, {"id": "usr1", "scopes": []})],
        "dead": [(401, {"error": {"type": "AUTHENTICATION_REQUIRED"}})],
        "limited": [(403, {"error": {"type": "INVALID_PERMISSIONS"}})],
    },
}  # fmt: skip

# What every vendor may answer, and what never says anything about a value.
NOTHING: list[tuple[int, object]] = [
    (200, "<html><body>We will be back soon.</body></html>"),
    (401, "<html><body>Sign in to the guest network</body></html>"),
    (403, "<html><body>Request blocked</body></html>"),
    (200, ""),
    (401, ""),
    (200, "null"),
    (200, "true"),
    (401, '"a text"'),
    (200, "[" * 5000),
    (200, '{"id": ' + "9" * 6000 + "}"),
    (204, ""),
    (302, {"id": 1}),
    (304, ""),
    (418, {"id": 1}),
    (429, {"message": "Too many requests"}),
    (500, {"error": "Something"}),
    (502, "<html>Bad Gateway</html>"),
    (503, {"ok": True}),
]
