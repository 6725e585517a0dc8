-- News stay for a day after they were handed over: for those who come back and ask what they missed.
-- owed: the broker does not have it yet.

alter table announcements add column owed integer not null default 1;
alter table announcements add column at integer not null default 0;
create index announcements_owed on announcements (id) where owed = 1;

-- HTTP: texts out and in page by page, a question for credit by its id and with the answer that it got.
create index messages_created on messages (created_at);
create index balance_requests_by_id on balance_requests (id);
alter table balance_requests add column reply_nr integer references balance_replies (nr);
