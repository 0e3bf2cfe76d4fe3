-- Open approvals: which approval requests have neither been sealed, closed nor cancelled?
SELECT
  r.time,
  r.agent,
  r.action_id,
  r.approvals,
  r.managers,
  r.expires_at,
  COUNT(d.action_id) AS decided_slots,
  r.leaf_index,
  ARRAY_AGG(d.leaf_index ORDER BY d.leaf_index) FILTER (WHERE d.action_id IS NOT NULL) AS decided_leaf_indexes
FROM approvals r
LEFT JOIN approvals d ON d.action_id = r.action_id AND d.step = 'approval.decided'
LEFT JOIN approvals c ON c.action_id = r.action_id AND c.step IN ('approval.sealed', 'approval.closed')
LEFT JOIN outcomes o ON o.action_id = r.action_id AND o.ended_by = 'action.cancelled'
WHERE r.step = 'approval.requested' AND c.action_id IS NULL AND o.action_id IS NULL
GROUP BY r.time, r.agent, r.action_id, r.approvals, r.managers, r.expires_at, r.leaf_index
ORDER BY r.time, r.action_id
