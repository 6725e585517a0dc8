-- Questions for credit, and the good answers: the history of each line.

create table balance_requests (
    nr integer primary key autoincrement,
    id text not null,
    line text not null,
    state text not null,
    created_at integer not null,
    deadline_at integer not null,
    deadline_boot integer not null,
    raw text,
    reason_code text,
    reason_text text
);
create index balance_requests_of_line on balance_requests (line, nr);

create table balance_replies (
    nr integer primary key autoincrement,
    line text not null,
    credit text not null,
    currency text not null,
    expires text,
    raw text not null,
    at integer not null
);
create index balance_replies_of_line on balance_replies (line, nr);
