-- News stay for a day after they were handed over: for those who come back and ask what they missed.
-- owed: the broker does not have it yet.

alter table announcements add column owed integer not null default 1;
alter table announcements add column at integer not null default 0;
create index announcements_owed on announcements (id) where owed = 1;

-- What the guard counts: texts accepted lately. Each total is that of the line, or of the recipient, up to this row.
-- at never goes back from one row to the next. recipient and digest are null for what went without an order.
create table guard_uses (
    nr integer primary key autoincrement,
    at integer not null,
    at_boot integer not null,
    line text not null,
    parts integer not null,
    line_total integer not null,
    recipient text,
    recipient_total integer,
    digest text
);
create index guard_uses_of_line on guard_uses (line, at);
create index guard_uses_of_recipient on guard_uses (recipient, at) where recipient is not null;
create index guard_uses_of_text on guard_uses (digest, at) where digest is not null;

-- Texts received that went by unheard; published again once Home Assistant is back, within a day.
create table missed_texts (
    text_id text primary key references texts (id) on delete cascade,
    since integer not null,
    since_boot integer not null
);

-- HTTP: texts out and in page by page, a question for credit by its id and with the answer that it got.
create index messages_created on messages (created_at);
create index balance_requests_by_id on balance_requests (id);
alter table balance_requests add column reply_nr integer references balance_replies (nr);

-- Who is told by HTTP what happens, and what each has not taken yet.
-- kinds: of the news it gets, with blanks between. after_id: the news up to this one were made deliveries.
create table receivers (
    name text primary key,
    label text not null,
    kinds text not null,
    after_id integer not null,
    gone integer not null,
    dropped integer not null
);

-- url: where the receiver has none of its own. aside: what comes later need not wait for it.
create table deliveries (
    nr integer primary key autoincrement,
    receiver text not null references receivers (name) on delete cascade,
    event_id text not null,
    url text,
    body text not null,
    created_at integer not null,
    drop_at integer not null,
    drop_boot integer not null,
    attempts integer not null,
    next_at integer,
    next_boot integer,
    aside integer not null,
    error text
);
create index deliveries_to_receiver on deliveries (receiver, aside, nr);

-- Who waits for a line's credit, and where it is posted then. after_id: news up to this one are of earlier questions.
create table credit_callbacks (
    nr integer primary key autoincrement,
    receiver text not null references receivers (name) on delete cascade,
    line text not null,
    url text not null,
    after_id integer not null
);
