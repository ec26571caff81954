"""What would change of an account's settings, before and after; CORS rules as text. Pure."""

from __future__ import annotations

from itertools import zip_longest

from explorer.base.records import dataclass
from explorer.storage.control_model import CorsRule, ServiceSettings, StaticWebsite

NOT_HERE = (
    "Versions and the soft delete of containers are settings of the account's resource, which "
    "no key or SAS reaches: they are set in Azure's portal or by its resource manager."
)


@dataclass(frozen=True, slots=True)
class SettingChange:
    """One setting, as it is and as it will be."""

    name: str
    before: str
    after: str


def parts(text: str) -> tuple[str, ...]:
    """A list that was typed with commas."""
    return tuple(part.strip() for part in text.split(",") if part.strip())


def cors_text(rule: CorsRule) -> str:
    """One rule in a line."""
    words = [f"{', '.join(rule.methods)} from {', '.join(rule.origins)}"]
    if rule.allowed_headers:
        words.append(f"headers {', '.join(rule.allowed_headers)}")
    if rule.exposed_headers:
        words.append(f"shows {', '.join(rule.exposed_headers)}")
    return f"{'; '.join(words)}; {rule.max_age_s} s"


def website_text(website: StaticWebsite) -> str:
    if not website.is_known:
        return "not told"
    if not website.is_enabled:
        return "off"
    index = website.index_document or website.default_index_path or "none"
    return f"on; index {index}; not found {website.error_document or 'none'}"


def days_text(days: int | None) -> str:
    if days is None:
        return "off"
    return f"{days} {'day' if days == 1 else 'days'}"


def changes(before: ServiceSettings, after: ServiceSettings) -> tuple[SettingChange, ...]:
    """What differs, in words, in the order it is applied."""
    found = []
    pairs = zip_longest(before.cors, after.cors)
    for number, (old, new) in enumerate(pairs, 1):
        if old != new:
            words = [cors_text(rule) if rule is not None else "none" for rule in (old, new)]
            found.append(SettingChange(f"CORS rule {number}", *words))
    if before.website != after.website:
        was, will = website_text(before.website), website_text(after.website)
        found.append(SettingChange("Static website", was, will))
    if before.kept_days != after.kept_days:
        was, will = days_text(before.kept_days), days_text(after.kept_days)
        found.append(SettingChange("Deleted blobs are kept", was, will))
    return tuple(found)
