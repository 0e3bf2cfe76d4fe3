-- Who approved what: which people approved or rejected which actions, when, and in which slot?
SELECT a.time, d.agent, a.action_id, d.action_type, d.resource, d.amount_micro_usd, a.slot, a.decision, a.person, a.manager, a.reason_digest, a.leaf_index, d.leaf_index AS decision_leaf_index
FROM approvals a
LEFT JOIN decisions d ON d.action_id = a.action_id
WHERE a.step = 'approval.decided'
ORDER BY a.time, a.action_id, a.slot
