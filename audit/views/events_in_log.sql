-- columns: v:varchar, type:varchar, chain:varchar, seq:bigint, prev:varchar, id:varchar, time:varchar, agent:varchar, frameworkrefs:array(varchar), data:varchar, leaf_index:bigint, checkpoint_size:bigint, checkpoint_root:varchar, checkpoint_time:varchar, dt:varchar
-- Every event with its leaf in the log and the first checkpoint that covers it: NULL as long as it is not in the log.
SELECT
  e.v,
  e.type,
  e.chain,
  e.seq,
  e.prev,
  e.id,
  e.time,
  e.agent,
  e.frameworkrefs,
  e.data,
  l.leaf_index,
  l.checkpoint_size,
  l.checkpoint_root,
  l.checkpoint_time,
  e.dt
FROM events e
LEFT JOIN leaves l ON l.dt = e.dt AND l.chain = e.chain AND l.seq = e.seq
