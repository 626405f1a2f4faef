"""A plan with every kind of write, and the ways in which its rows can lie in documents."""

from __future__ import annotations

from groundplan.mongo.design.layout import Layout, Subset

PLAN = """
plan: club
targets: {postgres: 18, mongo: 6}
entities:
  User:
    rows: {now: 20}
    lifecycle: {delete: soft, audit: true}
    attributes:
      email: email unique
      name:  text(30)
      karma: int = 0
      role:  enum(admin, user) = user
      password: text(20) secret
  Series: {rows: {now: 5}, attributes: {name: text(20) unique}}
  Post:
    rows: {now: 40}
    attributes:
      title:   text(40)
      slug:    slug unique
      summary: text(60)?
      status:  enum(draft, published) = draft
      price:   decimal(10,2) = 0
      views:   int = 0
      shown_at: timestamp?
  Comment:
    rows: {now: 120}
    attributes: {content: text(50), is_approved: bool = false, score: int?}
  Note: {rows: {now: 60}, lifecycle: {delete: soft}, attributes: {body: text(30)}}
  Like: {rows: {now: 80}, key: [post, user], attributes: {weight: int = 1}}
  Tag:  {rows: {now: 8}, attributes: {word: text(20) unique}}
  Session: {rows: {now: 20}, attributes: {token: text(30) unique, until: timestamp}}
  Profile: {rows: {now: 15}, attributes: {bio: text(40)?, settings: "json = {}"}}
  Invoice: {rows: {now: 20}, attributes: {total: money}}
relationships:
  Post.author > User:       {inverse: posts, on_delete: restrict, inverse_fanout: {p50: 1, max: 20}}
  Post.series > Series?:    {inverse: posts, inverse_fanout: {p50: 5, max: 40}}
  Post.tags <> Tag:         {inverse: posts, fanout: {p50: 2, max: 5}, attributes: {strength: int = 1}}
  Comment.post > Post:      {inverse: comments, on_delete: cascade, inverse_fanout: {p50: 3, max: 20}}
  Comment.author > User:    {inverse: comments}
  Comment.parent > Comment?: {inverse: replies, on_delete: cascade, same: post}
  Note.user > User:         {inverse: notes, on_delete: cascade, inverse_fanout: {p50: 3, max: 20}}
  Note.comment > Comment?:  {inverse: notes}
  Like.post > Post:         {inverse: likes, on_delete: cascade, inverse_fanout: {p50: 2, max: 20}}
  Like.user > User:         {inverse: likes, on_delete: cascade}
  Session.user > User:      {inverse: sessions, on_delete: cascade, inverse_fanout: {p50: 1, max: 5}}
  Profile.user - User:      {inverse: profile, on_delete: cascade}
  Invoice.post > Post:      {inverse: invoices, on_delete: restrict, inverse_fanout: {p50: 1, max: 10}}
access:
  add_user:      {insert: User}
  add_users:     {insert: User, batch: 10}
  add_post:      {insert: Post}
  add_comment:   {insert: Comment}
  add_comments:  {insert: Comment, batch: 10}
  add_note:      {insert: Note}
  add_like:      {insert: Like}
  tag_post:      {insert: Post.tags, batch: 3}
  add_session:   {insert: Session}
  add_profile:   {insert: Profile}
  rename:        {update: User, where: id = :id, set: {name: ":name", email: ":email"}}
  praise:        {update: User, where: role = 'user', set: {karma: karma + :more}}
  publish:       {update: Post, where: id = :id, set: {status: published, shown_at: now()}}
  reprice:
    update: Post
    where: status = 'draft' and price < :below
    set: {price: price * 2, summary: "title || '!'"}
  view:          {update: Post, where: slug = :slug, set: {views: views + 1}}
  move_post:     {update: Post, where: id = :id, set: {author: ":author", series: null}}
  approve:       {update: Comment, where: id = :id, set: {is_approved: true, score: ":score"}}
  approve_all:   {update: Comment, where: post = :post and not is_approved, set: {is_approved: true}}
  rate_comments: {update: Comment, where: post = :post, set: {score: "coalesce(score, 0) + 1"}}
  shorten:       {update: Comment, where: length(content) > :long, set: {content: "left(content, 5)"}}
  weigh:         {update: Like, where: post = :post and user = :user, set: {weight: weight + :more}}
  strengthen:    {update: Post.tags, where: post = :post and tag = :tag, set: {strength: ":strength"}}
  set_bio:       {update: Profile, where: user = :user, set: {bio: ":bio"}}
  renew:         {update: Session, where: token = :token, set: {until: ":until"}}
  edit_note:     {update: Note, where: id = :id, set: {body: ":body"}}
  bless:         {update: Comment, where: author.name = :name, set: {score: 1}}
  feature:       {update: Post, where: "comments.score is not null", set: {status: published}}
  mute:          {update: Post, where: "title like :pattern", set: {summary: null}}
  list_posts:    {update: Post, where: "id in :ids", set: {views: ":views"}}
  unnote:        {delete: Note, where: user.role = 'user'}
  untie:         {delete: Post.tags, where: tag.word = :word}
  dislike:       {delete: Like, where: post.author = :author}
  put_user:      {upsert: User, on: [email]}
  like:          {upsert: Like, on: [post, user]}
  likes:         {upsert: Like, on: [post, user], batch: 5}
  save_profile:  {upsert: Profile, on: [user]}
  put_tag:       {upsert: Tag, on: [word]}
  put_tags:      {upsert: Tag, on: [word], batch: 5}
  link_tag:      {upsert: Post.tags}
  close:         {delete: User, where: id = :id}
  drop_post:     {delete: Post, where: id = :id}
  drop_drafts:   {delete: Post, where: status = 'draft' and views > :views}
  drop_comment:  {delete: Comment, where: id = :id}
  drop_series:   {delete: Series, where: name = :name}
  drop_note:     {delete: Note, where: id = :id}
  drop_notes:    {delete: Note, where: user = :user}
  unlike:        {delete: Like, where: post = :post and user = :user}
  untag:         {delete: Post.tags, where: post = :post and tag = :tag}
  drop_tag:      {delete: Tag, where: id = :id}
  sign_out:      {delete: Session, where: token = :token}
  drop_profile:  {delete: Profile, where: user = :user}
  drop_invoices: {delete: Invoice, where: post = :post}
conventions: {keys: KEYS}
"""

LAYOUTS = {
    "referenced": Layout(),
    "embedded": Layout(
        embedded={"post_tags": "post", "likes": "post", "profiles": "user", "sessions": "user", "notes": "user"}
    ),
    "nested": Layout(embedded={"comments": "post", "post_tags": "tag", "likes": "user", "invoices": "post"}),
    "kept twice": Layout(
        copies={
            ("posts", "author"): ("name", "karma"),
            ("comments", "author"): ("name",),
            ("notes", "user"): ("name",),
        },
        counts=frozenset(
            {("comments", "post"), ("likes", "post"), ("likes", "user"), ("notes", "user"), ("posts", "series")}
        ),
        subsets={("comments", "post"): Subset(order="created_at", limit=2)},
    ),
    "embedded and kept twice": Layout(
        embedded={"likes": "post", "post_tags": "post", "notes": "user"},
        copies={("post_tags", "tag"): ("word",), ("likes", "user"): ("name",), ("posts", "author"): ("name",)},
        counts=frozenset({("likes", "user"), ("notes", "user"), ("post_tags", "tag")}),
    ),
    "deep": Layout(embedded={"posts": "author", "comments": "post", "likes": "post", "post_tags": "post"}),
}
