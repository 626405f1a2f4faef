"""Calls of the club's writes: what a caller gives, taken from its rows."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from .conftest import Club

LATER = datetime(2041, 1, 1, tzinfo=UTC)
Arguments = dict[str, Any]


def unknown(club: Club) -> Any:
    return uuid.UUID(int=1) if isinstance(club.rows("users")[0]["id"], uuid.UUID) else 999_999_999


def some(club: Club, relation: str, position: int = 0, **equal: Any) -> dict[str, Any]:
    rows = [row for row in club.rows(relation) if all(row[name] == value for name, value in equal.items())]
    return sorted(rows, key=lambda row: str(sorted(row.items(), key=lambda pair: pair[0])))[position]


def with_many(club: Club, relation: str, reference: str, target: str = "id") -> Any:
    """Return the key that most rows of a relation point at."""
    values = [row[reference] for row in club.rows(relation) if row[reference] is not None]
    return max(sorted(set(values), key=str), key=values.count)


def user(email: str, **more: Any) -> Arguments:
    return {"email": email, "name": "N", "karma": None, "role": None, "password": "p", **more}


def lonely_post(club: Club) -> Any:
    """Return a post that no invoice keeps from going."""
    taken = {row["post_id"] for row in club.rows("invoices")}
    commented = [row["post_id"] for row in club.rows("comments") if row["parent_id"] is not None]
    free = [value for value in commented if value not in taken]
    return (free or [row["id"] for row in club.rows("posts") if row["id"] not in taken])[0]


def free_pair(club: Club) -> tuple[Any, Any]:
    taken = {(row["post_id"], row["user_id"]) for row in club.rows("likes")}
    pairs = [(post["id"], each["id"]) for post in club.rows("posts") for each in club.rows("users")]
    return next(pair for pair in pairs if pair not in taken)


def untagged(club: Club) -> tuple[Any, Any]:
    taken = {(row["post_id"], row["tag_id"]) for row in club.rows("post_tags")}
    return next(
        (post["id"], tag["id"])
        for post in club.rows("posts")
        for tag in club.rows("tags")
        if (post["id"], tag["id"]) not in taken
    )


def without_profile(club: Club) -> Any:
    taken = {row["user_id"] for row in club.rows("profiles")}
    return next(row["id"] for row in club.rows("users") if row["id"] not in taken)


def authorless(club: Club) -> Any:
    taken = {row["author_id"] for row in club.rows("posts")}
    return next(row["id"] for row in club.rows("users") if row["id"] not in taken)


CASES: dict[str, tuple[str, Callable[[Club], Arguments]]] = {
    "a user": ("add_user", lambda club: user("A@new.org")),
    "a user with all": ("add_user", lambda club: user("b@new.org", karma=5, role="admin")),
    "users": ("add_users", lambda club: {"rows": [user("a@new.org"), user("b@new.org", karma=3), user("c@new.org")]}),
    "a taken address": ("add_user", lambda club: user(some(club, "users", deleted_at=None)["email"])),
    "a post": (
        "add_post",
        lambda club: (
            {"title": "t", "slug": "new-slug", "author": some(club, "users")["id"], "price": None}
            | dict.fromkeys(("summary", "status", "views", "shown_at", "series"))
        ),
    ),
    "a post of a series": (
        "add_post",
        lambda club: (
            {"title": "t", "slug": "new-slug", "author": some(club, "users", 1)["id"], "views": 3}
            | {
                "summary": "s",
                "status": "published",
                "price": None,
                "shown_at": LATER,
                "series": some(club, "series")["id"],
            }
        ),
    ),
    "a comment": (
        "add_comment",
        lambda club: (
            {"content": "c", "is_approved": None, "score": 4, "author": some(club, "users")["id"], "parent": None}
            | {"post": some(club, "posts")["id"]}
        ),
    ),
    "a reply": (
        "add_comment",
        lambda club: (
            {"content": "c", "is_approved": True, "score": None, "author": some(club, "users")["id"]}
            | {"parent": some(club, "comments")["id"], "post": some(club, "comments")["post_id"]}
        ),
    ),
    "a reply elsewhere": (
        "add_comment",
        lambda club: (
            {"content": "c", "is_approved": True, "score": None, "author": some(club, "users")["id"]}
            | {"parent": some(club, "comments")["id"]}
            | {"post": next(row["id"] for row in club.rows("posts") if row["id"] != some(club, "comments")["post_id"])}
        ),
    ),
    "a comment of nobody": (
        "add_comment",
        lambda club: (
            {"content": "c", "is_approved": True, "score": None, "parent": None}
            | {"author": unknown(club), "post": some(club, "posts")["id"]}
        ),
    ),
    "a comment on nothing": (
        "add_comment",
        lambda club: (
            {"content": "c", "is_approved": True, "score": None, "parent": None}
            | {"author": some(club, "users")["id"], "post": unknown(club)}
        ),
    ),
    "comments": (
        "add_comments",
        lambda club: {
            "rows": [
                {"content": f"c{number}", "is_approved": None, "score": number, "parent": None}
                | {"author": some(club, "users", number)["id"], "post": some(club, "posts", number % 2)["id"]}
                for number in range(4)
            ]
        },
    ),
    "comments, one of nobody": (
        "add_comments",
        lambda club: {
            "rows": [
                {"content": "c", "is_approved": None, "score": 1, "parent": None, "author": author}
                | {"post": some(club, "posts")["id"]}
                for author in (some(club, "users")["id"], unknown(club))
            ]
        },
    ),
    "replies in a batch": (
        "add_comments",
        lambda club: {
            "rows": [
                {"content": "c", "is_approved": None, "score": 1, "author": some(club, "users")["id"]}
                | {"post": parent["post_id"], "parent": parent["id"]}
                for parent in club.rows("comments")[:3]
            ]
        },
    ),
    "a note": ("add_note", lambda club: {"body": "b", "user": some(club, "users")["id"], "comment": None}),
    "a note on a comment": (
        "add_note",
        lambda club: {"body": "b", "user": some(club, "users")["id"], "comment": some(club, "comments")["id"]},
    ),
    "a like": (
        "add_like",
        lambda club: dict(zip(("post", "user"), free_pair(club), strict=True)) | {"weight": None},
    ),
    "a like again": (
        "add_like",
        lambda club: {"post": some(club, "likes")["post_id"], "user": some(club, "likes")["user_id"], "weight": 3},
    ),
    "a like of nothing": (
        "add_like",
        lambda club: {"post": unknown(club), "user": some(club, "users")["id"], "weight": 1},
    ),
    "tags": (
        "tag_post",
        lambda club: {"rows": [{"post": untagged(club)[0], "tag": untagged(club)[1], "strength": None}]},
    ),
    "a session": ("add_session", lambda club: {"token": "t", "until": LATER, "user": some(club, "users")["id"]}),
    "a profile": ("add_profile", lambda club: {"bio": None, "settings": {"a": [1]}, "user": without_profile(club)}),
    "a second profile": (
        "add_profile",
        lambda club: {"bio": "b", "settings": None, "user": some(club, "profiles")["user_id"]},
    ),
    "a name": (
        "rename",
        lambda club: {"id": some(club, "users", deleted_at=None)["id"], "name": "X", "email": "New@x.org"},
    ),
    "an author's name": (
        "rename",
        lambda club: {"id": with_many(club, "posts", "author_id"), "name": "X", "email": "New@x.org"},
    ),
    "a name of nobody": ("rename", lambda club: {"id": unknown(club), "name": "X", "email": "New@x.org"}),
    "karma": ("praise", lambda club: {"more": 3}),
    "publishing": ("publish", lambda club: {"id": some(club, "posts")["id"]}),
    "prices": ("reprice", lambda club: {"below": Decimal(50_000_000)}),
    "a view": ("view", lambda club: {"slug": some(club, "posts")["slug"]}),
    "another author": (
        "move_post",
        lambda club: {"id": some(club, "posts")["id"], "author": some(club, "users", 2)["id"]},
    ),
    "an unknown author": ("move_post", lambda club: {"id": some(club, "posts")["id"], "author": unknown(club)}),
    "approval": ("approve", lambda club: {"id": some(club, "comments")["id"], "score": 9}),
    "approval without a score": ("approve", lambda club: {"id": some(club, "comments")["id"], "score": None}),
    "approval of all": ("approve_all", lambda club: {"post": with_many(club, "comments", "post_id")}),
    "scores": ("rate_comments", lambda club: {"post": with_many(club, "comments", "post_id")}),
    "short comments": ("shorten", lambda club: {"long": 10}),
    "weight": (
        "weigh",
        lambda club: {"post": some(club, "likes")["post_id"], "user": some(club, "likes")["user_id"], "more": 5},
    ),
    "strength": (
        "strengthen",
        lambda club: {
            "post": some(club, "post_tags")["post_id"],
            "tag": some(club, "post_tags")["tag_id"],
            "strength": 7,
        },
    ),
    "a biography": ("set_bio", lambda club: {"user": some(club, "profiles")["user_id"], "bio": "new"}),
    "no biography": ("set_bio", lambda club: {"user": some(club, "profiles")["user_id"], "bio": None}),
    "a biography of nobody": ("set_bio", lambda club: {"user": without_profile(club), "bio": "new"}),
    "renewal": ("renew", lambda club: {"token": some(club, "sessions")["token"], "until": LATER}),
    "a note's words": ("edit_note", lambda club: {"id": some(club, "notes")["id"], "body": "new"}),
    "comments of a name": ("bless", lambda club: {"name": some(club, "users")["name"]}),
    "posts with scores": ("feature", lambda club: {}),
    "posts like": ("mute", lambda club: {"pattern": f"%{some(club, 'posts')['title'][:4]}%"}),
    "some posts": ("list_posts", lambda club: {"ids": [row["id"] for row in club.rows("posts")[:3]], "views": 8}),
    "notes of users": ("unnote", lambda club: {}),
    "a word taken off": ("untie", lambda club: {"word": some(club, "tags")["word"]}),
    "likes for an author": ("dislike", lambda club: {"author": with_many(club, "posts", "author_id")}),
    "a user put": ("put_user", lambda club: user("new@x.org")),
    "a user put again": ("put_user", lambda club: user(some(club, "users", deleted_at=None)["email"], karma=77)),
    "liking": ("like", lambda club: dict(zip(("post", "user"), free_pair(club), strict=True)) | {"weight": 2}),
    "liking again": (
        "like",
        lambda club: {"post": some(club, "likes")["post_id"], "user": some(club, "likes")["user_id"], "weight": 3},
    ),
    "likes": (
        "likes",
        lambda club: {
            "rows": [
                dict(zip(("post", "user"), free_pair(club), strict=True)) | {"weight": 2},
                {"post": some(club, "likes")["post_id"], "user": some(club, "likes")["user_id"], "weight": 3},
                dict(zip(("post", "user"), free_pair(club), strict=True)) | {"weight": 4},
            ]
        },
    ),
    "a profile saved": ("save_profile", lambda club: {"bio": "b", "settings": None, "user": without_profile(club)}),
    "a profile saved again": (
        "save_profile",
        lambda club: {"bio": None, "settings": {"x": 1}, "user": some(club, "profiles")["user_id"]},
    ),
    "a tag": ("put_tag", lambda club: {"word": "new"}),
    "a tag again": ("put_tag", lambda club: {"word": some(club, "tags")["word"]}),
    "tag words": ("put_tags", lambda club: {"rows": [{"word": "new"}, {"word": some(club, "tags")["word"]}]}),
    "a tag linked": (
        "link_tag",
        lambda club: dict(zip(("post", "tag"), untagged(club), strict=True)) | {"strength": 4},
    ),
    "a tag linked again": (
        "link_tag",
        lambda club: {
            "post": some(club, "post_tags")["post_id"],
            "tag": some(club, "post_tags")["tag_id"],
            "strength": 9,
        },
    ),
    "an account": ("close", lambda club: {"id": authorless(club)}),
    "an author's account": ("close", lambda club: {"id": with_many(club, "posts", "author_id")}),
    "a post gone": ("drop_post", lambda club: {"id": lonely_post(club)}),
    "a sold post": ("drop_post", lambda club: {"id": some(club, "invoices")["post_id"]}),
    "drafts": ("drop_drafts", lambda club: {"views": 10_000_000_0}),
    "a comment gone": ("drop_comment", lambda club: {"id": with_many(club, "comments", "parent_id")}),
    "a series": ("drop_series", lambda club: {"name": some(club, "series")["name"]}),
    "a note gone": ("drop_note", lambda club: {"id": some(club, "notes")["id"]}),
    "notes gone": ("drop_notes", lambda club: {"user": with_many(club, "notes", "user_id")}),
    "a like gone": (
        "unlike",
        lambda club: {"post": some(club, "likes")["post_id"], "user": some(club, "likes")["user_id"]},
    ),
    "a tag taken off": (
        "untag",
        lambda club: {"post": some(club, "post_tags")["post_id"], "tag": some(club, "post_tags")["tag_id"]},
    ),
    "a tag gone": ("drop_tag", lambda club: {"id": some(club, "tags")["id"]}),
    "a session ended": ("sign_out", lambda club: {"token": some(club, "sessions")["token"]}),
    "a profile gone": ("drop_profile", lambda club: {"user": some(club, "profiles")["user_id"]}),
    "invoices": ("drop_invoices", lambda club: {"post": some(club, "invoices")["post_id"]}),
}
