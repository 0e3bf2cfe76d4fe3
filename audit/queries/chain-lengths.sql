-- Chain lengths: how many events does each chain hold here, and does its numbering leave none out?
SELECT chain, COUNT(*) AS events, MIN(seq) AS first_seq, MAX(seq) AS last_seq, COUNT(DISTINCT seq) = MAX(seq) + 1 AS is_whole, MAX(time) AS last_time
FROM events
GROUP BY chain
ORDER BY chain
