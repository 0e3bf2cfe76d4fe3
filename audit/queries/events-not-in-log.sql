-- Events not in the log: which events of the archive does no checkpoint cover yet, oldest first?
SELECT time, type, chain, seq, agent, id
FROM events_in_log
WHERE leaf_index IS NULL
ORDER BY time, chain, seq
