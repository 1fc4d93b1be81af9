"""Twilio: looking into a leak, revoking and rotating API keys and Auth Tokens."""
