"""Settings, read once from the environment."""

from __future__ import annotations

import enum
from pathlib import Path
from typing import Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationInfo, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from crm_core.db import driver_url

SLACK_API = "https://slack.com/api/"
TELEGRAM_API = "https://api.telegram.org"
TWILIO_API = "https://api.twilio.com"


class Understanding(enum.StrEnum):
    """`MODEL`: a trained model understands what no example says word by word. `EXAMPLES`: nothing does."""

    MODEL = "model"
    EXAMPLES = "examples"


class Settings(BaseSettings):
    """Each field is the environment variable of the same name in capitals; an empty one counts as not set."""

    model_config = SettingsConfigDict(env_file=".env", env_ignore_empty=True, extra="ignore", frozen=True)

    database_url: str = "sqlite:///offhook.db"
    host: str = "127.0.0.1"
    port: int = Field(default=8080, ge=0, le=65535)
    public_base_url: str = ""
    offhook_config: Path = Path("offhook.yml")
    offhook_secret_key: SecretStr | None = None
    offhook_s3_endpoint: str | None = None
    offhook_s3_bucket: str | None = None
    offhook_s3_region: str = "us-east-1"
    offhook_s3_access_key: str | None = None
    offhook_s3_secret_key: SecretStr | None = None
    offhook_transcriber_url: str | None = None
    offhook_transcriber_key: SecretStr | None = None
    offhook_transcriber_model: str = "whisper-1"
    metrics_token: SecretStr | None = None
    understanding: Understanding = Understanding.MODEL
    rasa_action_token: SecretStr | None = None
    rasa_url: str | None = None
    rasa_mode: Literal["understand", "drive"] = "understand"
    rasa_token: SecretStr | None = None

    slack_bot_token: SecretStr | None = None
    slack_signing_secret: SecretStr | None = None
    slack_api_url: str = SLACK_API

    telegram_bot_token: SecretStr | None = None
    telegram_webhook_secret: SecretStr | None = None
    telegram_api_url: str = TELEGRAM_API

    twilio_account_sid: str | None = None
    twilio_auth_token: SecretStr | None = None
    twilio_api_url: str = TWILIO_API
    twilio_number: str | None = None

    @field_validator("database_url")
    @classmethod
    def _known_database(cls, value: str) -> str:
        driver_url(value)
        return value

    @field_validator("public_base_url", "twilio_api_url", "telegram_api_url")
    @classmethod
    def _without_final_slash(cls, value: str) -> str:
        return value.rstrip("/")

    @field_validator("offhook_transcriber_url", "rasa_url")
    @classmethod
    def _web_address(cls, value: str | None, info: ValidationInfo) -> str | None:
        parts = urlsplit(value or "")
        if value is not None and (parts.scheme not in {"http", "https"} or not parts.hostname):
            example = "http://127.0.0.1:5005" if info.field_name == "rasa_url" else "https://host/v1"
            raise ValueError(f"{str(info.field_name).upper()} is no address: use one such as {example}")
        return value.rstrip("/") if value is not None else None

    @field_validator("rasa_mode", mode="before")
    @classmethod
    def _either(cls, value: object) -> object:
        if value not in {"understand", "drive"}:
            raise ValueError("RASA_MODE is either understand or drive: a Rasa server does one of them, not both")
        return value

    @model_validator(mode="after")
    def _driven_both_ways(self) -> Self:
        if self.rasa_mode != "drive":
            return self
        if self.rasa_url is None:
            raise ValueError("RASA_MODE=drive needs RASA_URL: the server that is to drive")
        if self.rasa_action_token is None:
            raise ValueError("RASA_MODE=drive needs RASA_ACTION_TOKEN: the server's actions come back to /rasa/webhook")
        return self

    @field_validator("slack_api_url")
    @classmethod
    def _with_final_slash(cls, value: str) -> str:
        return value.rstrip("/") + "/"

    @property
    def base_url(self) -> str:
        """What senders call us by: their signatures are over this address."""
        return self.public_base_url or f"http://127.0.0.1:{self.port}"

    @property
    def has_s3(self) -> bool:
        needed = (self.offhook_s3_endpoint, self.offhook_s3_bucket, self.offhook_s3_access_key)
        return None not in needed and self.offhook_s3_secret_key is not None

    @property
    def has_transcriber(self) -> bool:
        return self.offhook_transcriber_url is not None

    @property
    def is_driven(self) -> bool:
        """Whether a Rasa server leads the conversations."""
        return self.rasa_url is not None and self.rasa_mode == "drive"

    @property
    def has_slack(self) -> bool:
        return self.slack_bot_token is not None and self.slack_signing_secret is not None

    @property
    def has_telegram(self) -> bool:
        return self.telegram_bot_token is not None and self.telegram_webhook_secret is not None

    @property
    def has_twilio(self) -> bool:
        return self.twilio_account_sid is not None and self.twilio_auth_token is not None


def revealed(secret: SecretStr | None) -> str:
    """A secret that has to be there, in the clear."""
    assert secret is not None, "checked by has_slack, has_telegram or has_twilio"
    return secret.get_secret_value()
