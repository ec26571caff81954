"""What an account's blob service is set to: CORS, web pages, soft delete, logs and metrics.

Through the SDK, which costs 230 ms to import: loaded at its first use. Source: Microsoft's
REST pages 'Get Blob Service Properties' and 'Set Blob Service Properties'.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from azure.storage.blob import CorsRule as SdkRule
from azure.storage.blob import RetentionPolicy
from azure.storage.blob import StaticWebsite as SdkWebsite

from explorer.storage.azure.errors import Attempt, translating
from explorer.storage.azure.sdk import service_client
from explorer.storage.azure.store import AzureBlobStore
from explorer.storage.control_model import (
    CorsRule,
    Recording,
    ServiceSettings,
    StaticWebsite,
    check_cors,
    check_kept_days,
)


class AccountControl:
    """One store's service settings; shares its connections, safe from many threads."""

    def __init__(self, store: AzureBlobStore) -> None:
        self._place = store.rest.place
        self._client = service_client(store)

    def settings(self) -> ServiceSettings:
        """Get Blob Service Properties."""
        with translating(Attempt(self._place, "read the settings of the account")):
            told: dict[str, Any] = dict(self._client.get_service_properties())
        return settings_of(told)

    def set_cors(self, rules: Sequence[CorsRule]) -> None:
        """Replace all rules. Raises InputError beyond the limits."""
        check_cors(rules)
        self._set(
            "change the CORS rules of the account",
            cors=[
                SdkRule(
                    list(rule.origins),
                    list(rule.methods),
                    allowed_headers=list(rule.allowed_headers),
                    exposed_headers=list(rule.exposed_headers),
                    max_age_in_seconds=rule.max_age_s,
                )
                for rule in rules
            ],
        )

    def set_website(self, website: StaticWebsite) -> None:
        """Switch web pages from `$web` on or off."""
        self._set(
            "change the static website of the account",
            static_website=SdkWebsite(
                enabled=website.is_enabled,
                index_document=website.index_document or None,
                error_document404_path=website.error_document or None,
                default_index_document_path=website.default_index_path or None,
            ),
        )

    def set_kept_days(self, days: int | None) -> None:
        """Keep deleted blobs for so long; None switches soft delete off."""
        check_kept_days(days)
        self._set(
            "change how long the account keeps deleted blobs",
            delete_retention_policy=RetentionPolicy(enabled=days is not None, days=days),
        )

    def _set(self, doing: str, **changes: Any) -> None:
        with translating(Attempt(self._place, doing)):
            self._client.set_service_properties(**changes)


def settings_of(told: dict[str, Any]) -> ServiceSettings:
    """The SDK's answer in our words. Pure."""
    website = told.get("static_website")
    kept = told.get("delete_retention_policy")
    return ServiceSettings(
        cors=tuple(_rule(rule) for rule in told.get("cors") or ()),
        website=StaticWebsite(
            is_enabled=bool(website.enabled),
            index_document=website.index_document or "",
            error_document=website.error_document404_path or "",
            default_index_path=website.default_index_document_path or "",
        )
        if website is not None
        else StaticWebsite(is_known=False),
        kept_days=kept.days if kept is not None and kept.enabled else None,
        default_version=told.get("target_version") or "",
        recordings=tuple(_recordings(told)),
    )


def _rule(rule: Any) -> CorsRule:
    return CorsRule(
        _split(rule.allowed_origins),
        _split(rule.allowed_methods),
        _split(rule.allowed_headers),
        _split(rule.exposed_headers),
        int(rule.max_age_in_seconds or 0),
    )


def _split(text: str | None) -> tuple[str, ...]:
    return tuple(part.strip() for part in (text or "").split(",") if part.strip())


def _recordings(told: dict[str, Any]) -> list[Recording]:
    found = []
    logging = told.get("analytics_logging")
    if logging is not None:
        kinds = [name for name in ("read", "write", "delete") if getattr(logging, name)]
        found.append(
            Recording("logging", bool(kinds), ", ".join(kinds), _days(logging.retention_policy))
        )
    for name, word in (("hour_metrics", "metrics by hour"), ("minute_metrics", "by minute")):
        metrics = told.get(name)
        if metrics is not None:
            says = "with each operation" if metrics.include_apis else ""
            kept = _days(metrics.retention_policy)
            found.append(Recording(word, bool(metrics.enabled), says, kept))
    return found


def _days(policy: Any) -> int | None:
    return int(policy.days) if policy is not None and policy.enabled and policy.days else None
