-- News stay for a day after they were handed over: for those who come back and ask what they missed.
-- owed: the broker does not have it yet.

alter table announcements add column owed integer not null default 1;
alter table announcements add column at integer not null default 0;
create index announcements_owed on announcements (id) where owed = 1;

-- HTTP: texts out and in page by page, a question for credit by its id and with the answer that it got.
create index messages_created on messages (created_at);
create index balance_requests_by_id on balance_requests (id);
alter table balance_requests add column reply_nr integer references balance_replies (nr);

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
