-- From now on a capture or a revert takes effect no earlier than its target. What was posted before stays as it was posted: the
-- law looks at what is newer.

insert into settings (name, value) values ('effects_follow_since', instant_text(now()));
