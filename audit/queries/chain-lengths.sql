-- Chain lengths: how many events does each chain hold here, and does its numbering leave none out?
SELECT chain, COUNT(*) AS events, MIN(seq) AS first_seq, MAX(seq) AS last_seq, COUNT(DISTINCT seq) = MAX(seq) + 1 AS is_whole, MAX(time) AS last_time, COUNT(leaf_index) AS events_in_log, ARRAY_AGG(leaf_index ORDER BY leaf_index) AS leaf_indexes
FROM events_in_log
GROUP BY chain
ORDER BY chain
