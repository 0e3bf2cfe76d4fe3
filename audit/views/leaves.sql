-- columns: chain:varchar, seq:bigint, leaf_index:bigint, checkpoint_size:bigint, checkpoint_root:varchar, checkpoint_time:varchar, dt:varchar
-- Where each event is in the log, and the first checkpoint that covers it. One row per event, however often it was copied.
SELECT
  r.chain,
  s.seq,
  MIN(r.first_index + s.seq - r.first_seq) AS leaf_index,
  MIN(r.size) AS checkpoint_size,
  MIN_BY(r.root, r.size) AS checkpoint_root,
  MIN_BY(r.time, r.size) AS checkpoint_time,
  r.dt
FROM log_ranges r
CROSS JOIN UNNEST(sequence(r.first_seq, r.first_seq + r.leaf_count - 1)) AS s (seq)
GROUP BY r.chain, s.seq, r.dt
