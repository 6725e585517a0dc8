-- News stay for a day after they were handed over: for those who come back and ask what they missed.
-- owed: the broker does not have it yet.

alter table announcements add column owed integer not null default 1;
alter table announcements add column at integer not null default 0;
create index announcements_owed on announcements (id) where owed = 1;
